import { PluginFolder } from '../plugin-folder.js';

/** What the test's own plugin can do, beside http and transform. */
const worker = `
  import { setTimeout as delay } from 'node:timers/promises';
  class Worker {
    async sleep({ ms }, ctx) { await delay(ms, undefined, { signal: ctx.signal }); return ms; }
    spend({ tokens, gpu }, ctx) { ctx.cost(tokens, 'tokens'); ctx.cost(gpu, 'gpu'); return null; }
    fail() { throw new sdk.TerminalError('never'); }
    big() { return 'x'.repeat(2000); }
  }
  sdk.Agent({ id: 'worker', title: 'Worker' })(Worker);
  for (const name of ['sleep', 'spend', 'fail', 'big']) action(Worker, name, {});`;

/** The folder a metered hub starts in. `workflows`: definitions by id. */
export class MeteredSite {
  readonly #folder = new PluginFolder();

  constructor(workflows: Readonly<Record<string, object>>, engine: Readonly<Record<string, unknown>> = {}) {
    const use = this.#folder.plugin('worker', '{ agents: [Worker] }', worker);
    this.#folder.write('commandcenter.yaml', {
      plugins: [{ use: 'http', options: { allowPrivate: true } }, { use: 'transform' }, { use }],
      workflows: ['workflows'],
      engine: { rateLimitPerMinute: 1_000_000, ...engine },
    });
    for (const [id, definition] of Object.entries(workflows))
      this.#folder.write(`workflows/${id}.json`, { id, ...definition });
  }

  get path(): string {
    return this.#folder.path;
  }

  remove(): void {
    this.#folder.remove();
  }
}
