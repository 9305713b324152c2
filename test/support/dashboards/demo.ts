import { setTimeout as sleep } from 'node:timers/promises';
import { PluginFolder } from '../plugin-folder.js';
import { type Answer, HubProcess } from '../triggers/hub-process.js';
import { until } from '../triggers/wait.js';

/** Steps are called <agent>_<action>, so that the log alone says whose attempt it was. */
const workflows: Readonly<Record<string, string>> = {
  orders: `
    input: { type: object, properties: { ms: { type: number, default: 0 } } }
    steps:
      shop_serve: { uses: shop.serve, with: { ms: "\${{ input.ms }}" } }
      transform_value: { needs: [shop_serve], uses: transform.value, with: { value: 1 } }`,
  payments: `
    cost: { perMinute: 0.5 }
    steps:
      bank_hesitate: { uses: bank.hesitate, retry: { attempts: 3, delay: 50ms, jitter: false } }`,
  returns: `
    steps: { bank_refuse: { uses: bank.refuse } }`,
  reports: `
    steps: { shop_hang: { uses: shop.hang, timeout: 300ms } }`,
  exports: `
    steps: { shop_hang: { uses: shop.hang } }`,
};

const agents = `
  const wait = (ms, signal) => new Promise((done, stop) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => { clearTimeout(timer); stop(signal.reason); });
  });
  class Shop {
    async serve({ ms }, ctx) { await wait(ms, ctx.signal); ctx.cost(0.002, 'tokens'); return ms; }
    async hang(_input, ctx) { await wait(60_000, ctx.signal); }
  }
  sdk.Agent({ id: 'shop', title: 'Shop' })(Shop);
  action(Shop, 'serve', {}); action(Shop, 'hang', {});
  class Bank {
    async hesitate(_input, ctx) { if (ctx.attempt < 3) throw new sdk.RetryableError('busy'); }
    async refuse() { throw new sdk.TerminalError('no'); }
  }
  sdk.Agent({ id: 'bank', title: 'Bank' })(Bank);
  action(Bank, 'hesitate', {}); action(Bank, 'refuse', {});`;

/** Milliseconds of ten orders: quick ones, some slow ones, so that each quantile lies in a bucket of its own. */
const orders = [20, 20, 150, 150, 150, 400, 400, 400, 700, 1200];

/** A hub in a process of its own and what its users do with it: runs of every ending, and requests it refuses. */
export class Demo {
  readonly #folder: PluginFolder;
  readonly #hub: HubProcess;
  /** How long those who asked for a run waited for the answer, seconds. */
  readonly waited: number[] = [];
  /** Answers of the API so far. */
  readonly answers = { all: 0, refused: 0 };

  private constructor(folder: PluginFolder, hub: HubProcess) {
    this.#folder = folder;
    this.#hub = hub;
  }

  /** With its metrics on that port. */
  static async start(databaseUrl: string, metricsPort: number): Promise<Demo> {
    const folder = new PluginFolder();
    const plugin = folder.plugin('demo', '{ agents: [Shop, Bank] }', agents);
    folder.write(
      'commandcenter.yaml',
      `plugins: [{ use: transform }, { use: ${plugin} }]\nworkflows: [workflows]\nengine: { rateLimitPerMinute: 100000 }\n`,
    );
    for (const [id, text] of Object.entries(workflows))
      folder.write(`workflows/${id}.yaml`, `id: ${id}${text.replaceAll('\n    ', '\n')}\n`);
    const hub = await HubProcess.start(folder.path, databaseUrl, {
      OTEL_SDK_DISABLED: 'false',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    return new Demo(folder, hub);
  }

  get metricsUrl(): string {
    const found = this.#hub.log
      .map((line) => /Metrics: (http:[^\s"]+)/.exec(line)?.[1])
      .find((url) => url !== undefined);
    if (found === undefined) throw new Error(`the hub tells no address of metrics:\n${this.#hub.log.join('\n')}`);
    return found;
  }

  /** Every kind of ending once, so that every series is there; answers when all is quiet again. */
  async everyEnding(): Promise<void> {
    await this.#round([20, 150]);
    await this.#quiet();
  }

  /** Rounds of the same, a second apart; answers when all is quiet again. */
  async load(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) await Promise.all([this.#round(orders), sleep(1_000)]);
    await this.#quiet();
  }

  /** The hub dies; what it left stays. */
  async die(): Promise<void> {
    await this.#hub.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#hub.end();
    this.#folder.remove();
  }

  async #round(orders: readonly number[]): Promise<void> {
    const cancelled = await this.#start('exports');
    await Promise.all([
      ...orders.map((ms) => this.#start('orders', { ms })),
      this.#start('payments'),
      this.#start('payments'),
      this.#start('returns'),
      this.#start('reports'),
      this.#call('GET', '/runs'),
      // What a client with a typing error gets.
      this.#call('GET', '/runs/no-such-run'),
      this.#ask('nothing'),
      // A page in a browser, that looks again and again.
      ...Array.from({ length: 5 }, () => fetch(`${this.#hub.url}/runs`, { redirect: 'manual' })),
    ]);
    await sleep(150);
    await this.#call('POST', `/runs/${cancelled}/cancel`, {});
  }

  async #start(workflow: string, input: object = {}): Promise<string> {
    const { status, body } = await this.#ask(workflow, input);
    if (status !== 202) throw new Error(`${workflow}: ${status} ${JSON.stringify(body)}`);
    return (body as { id: string }).id;
  }

  async #ask(workflow: string, input: object = {}): Promise<Answer> {
    const since = performance.now();
    const answer = await this.#call('POST', `/workflows/${workflow}/runs`, { input });
    this.waited.push((performance.now() - since) / 1000);
    return answer;
  }

  async #call(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.#hub.call(method, path, body);
    this.answers.all++;
    if (answer.status >= 400) this.answers.refused++;
    return answer;
  }

  async #quiet(): Promise<void> {
    await until('no run to be active', async () => {
      const answers = await Promise.all(
        ['queued', 'running', 'waiting'].map((status) => this.#call('GET', `/runs?status=${status}&limit=1`)),
      );
      return answers.every(({ body }) => (body as { items: unknown[] }).items.length === 0);
    });
  }
}
