import type { RawRequest, RequestVerifier } from '@commandcenter/sdk';

/** What decides whether a request to a public route of a plugin is genuine. Stands in the route's configuration before the plugin is made. */
export class RouteVerifier {
  #verifier: RequestVerifier | undefined;

  bind(verifier: RequestVerifier): void {
    this.#verifier = verifier;
  }

  /** Anything but true means no; a plugin may answer what its types do not allow. */
  async verify(request: RawRequest): Promise<boolean> {
    if (this.#verifier === undefined) throw new Error('the plugin is not made yet');
    return ((await this.#verifier.verify(request)) as unknown) === true;
  }
}
