import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { testDatabaseUrl } from '../support/database.js';
import { type Answer, Hub } from './hub.js';
import { PgProxy } from './pg-proxy.js';
import { Site } from './site.js';

export interface ArenaOptions {
  readonly hubs?: number;
  readonly workflows: Readonly<Record<string, string>>;
  readonly engine?: Readonly<Record<string, unknown>>;
  /** Another server than the shared one, for tests that restart it. */
  readonly databaseUrl?: string;
}

/** Replicas on one database, each behind a proxy of its own. Close it: that ends everything it started. */
export class Arena {
  #closed = false;

  private constructor(
    readonly site: Site,
    readonly hubs: readonly Hub[],
    readonly proxies: readonly PgProxy[],
    readonly sql: pg.Pool,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open({ hubs = 2, workflows, engine, databaseUrl }: ArenaOptions): Promise<Arena> {
    const given =
      databaseUrl === undefined ? await testDatabaseUrl() : { url: databaseUrl, drop: async () => undefined };
    const site = new Site(workflows, engine);
    const proxies = await Promise.all(Array.from({ length: hubs }, () => PgProxy.open(given.url)));
    const replicas = proxies.map((proxy, n) => new Hub(site.path, `hub-${n}`, proxy.url));
    const sql = new pg.Pool({ connectionString: given.url, max: 4 });
    sql.on('error', () => undefined);
    const arena = new Arena(site, replicas, proxies, sql, given.drop);
    await Promise.all(replicas.map((hub) => hub.start()));
    return arena;
  }

  /** The hub and the proxy it sits behind. */
  replica(n: number): { readonly hub: Hub; readonly proxy: PgProxy } {
    return { hub: this.hubs[n]!, proxy: this.proxies[n]! };
  }

  /** Sent with one Idempotency-Key until some hub says 202: what a careful client does. Answers the run's id. */
  async start(workflow: string, first = 0, input: unknown = {}): Promise<string> {
    const headers = { 'idempotency-key': randomUUID() };
    const answer = await this.ask('POST', `/workflows/${workflow}/runs`, { input }, { first, headers });
    if (answer.status !== 202) throw new Error(JSON.stringify(answer));
    return answer.body.id as string;
  }

  /** Asks one hub after the other until one answers for good: neither dying nor too busy. `first`: the one to begin with. */
  async ask(
    method: string,
    path: string,
    body?: unknown,
    { first = 0, headers = {} }: { readonly first?: number; readonly headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    for (let n = first; !this.#closed; n++) {
      const answer = await this.hubs[n % this.hubs.length]!.call(method, path, body, headers).catch(() => undefined);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      await delay(100);
    }
    throw new Error(`${method} ${path}: the arena is closed`);
  }

  starts(count: number, workflow: string, first = 0): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, (_, n) => this.start(workflow, first + n)));
  }

  /** Waits until these runs have ended; throws with what stands in their rows when they do not. */
  async ended(ids: readonly string[], ms = 45_000): Promise<void> {
    const open = async () =>
      (await this.query('SELECT * FROM run WHERE id = ANY($1::uuid[]) AND finished_at IS NULL', [ids])).slice(0, 5);
    await until(async () => (await open()).length === 0, ms).catch(async () => {
      throw new Error(`runs did not end in ${ms} ms: ${JSON.stringify(await open(), null, 1)}`);
    });
  }

  async query<R extends pg.QueryResultRow = any>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.sql.query<R>(text, values)).rows;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.hubs.map((hub) => hub.end()));
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await this.sql.end();
    await this.drop();
    this.site.remove();
  }
}

export async function until(condition: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${ms} ms: ${condition.toString()}`);
    await delay(50);
  }
}
