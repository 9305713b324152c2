import { Contract, type OpenApi } from './contract.js';
import { type Answer, type Call, TestHub } from './hub.js';
import { workflows } from './workflows.js';

/** The hub with the test workflows; every answer is held against the documentation. */
export class CheckedHub {
  private constructor(
    readonly hub: TestHub,
    readonly document: OpenApi,
    private readonly contract: Contract,
  ) {}

  static async start(): Promise<CheckedHub> {
    const hub = await TestHub.start(workflows);
    const document = (await hub.call('/api/openapi.json')).body as OpenApi;
    return new CheckedHub(hub, document, new Contract(document));
  }

  async call(path: string, options: Call = {}): Promise<Answer> {
    const answer = await this.hub.call(path, options);
    expect(this.contract.violation(options.method ?? 'GET', path, answer)).toBeUndefined();
    return answer;
  }

  post(path: string, body: unknown, more: Call = {}): Promise<Answer> {
    return this.call(path, { method: 'POST', body, ...more });
  }

  startRun(workflow: string, body: unknown = {}, more: Call = {}): Promise<Answer> {
    return this.post(`/api/v1/workflows/${workflow}/runs`, body, more);
  }

  close(): Promise<void> {
    return this.hub.close();
  }
}

/** Status and code of an error. */
export function refusal({ status, body }: Answer): [number, string] {
  return [status, body.code as string];
}

export function pathsOf({ body }: Answer): string[] {
  return (body.problems as { path: string }[]).map(({ path }) => path).sort();
}

/** An id no run has. */
export const noRun = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';
