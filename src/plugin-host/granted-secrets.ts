import { PluginSecrets } from '@commandcenter/sdk';
import { CcError } from '../errors/index.js';
import type { Secrets } from '../identity/index.js';

/** The secrets of one plugin: what commandcenter.yaml grants it, and no more. */
export class GrantedSecrets extends PluginSecrets {
  readonly #plugin: string;
  readonly #grants: ReadonlySet<string>;
  readonly #secrets: Secrets;

  constructor(plugin: string, grants: ReadonlySet<string>, secrets: Secrets) {
    super();
    this.#plugin = plugin;
    this.#grants = grants;
    this.#secrets = secrets;
  }

  get(name: string): string {
    if (this.#grants.has(name)) return this.#secrets.resolve(name);
    throw new CcError(
      'CC_PLUGIN_SECRET_NOT_GRANTED',
      `Plugin ${this.#plugin} asked for secret ${name}, which it was not granted; add ${name} to its "secrets:" in commandcenter.yaml`,
    );
  }

  /** All of the hub's, not only those granted: what a server or a program says may hold any of them. */
  redact(text: string): string {
    return this.#secrets.redact(text);
  }

  get longest(): number {
    return this.#secrets.longest;
  }
}
