import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../../config/index.js';
import { Database } from '../../database/index.js';
import { messageOf } from '../../errors/index.js';
import { Secrets } from '../../identity/index.js';
import { JOBS_ROLE, type JobsRole } from '../../jobs/index.js';
import { detached } from '../../telemetry/index.js';
import { deliver } from './delivery.js';
import type { HandledQueue } from './handled-queue.js';
import { sql } from './queue-sql.js';

/** Lanes at once per replica; each holds a connection while its handler works. */
const MOST_LANES = 8;
/** Of them, lanes that failed the last time: what they wait for may not answer, and the others must not wait with them. */
const MOST_FAILING = 4;
/** More than are begun at once: another replica may be working on the first ones. As many that failed, and that did not. */
const CANDIDATES = 50;
const LOOK_EVERY_MS = 1_000;
const FORGET_EVERY_MS = 600_000;
/** After SIGTERM a delivery may still end well, so that nothing is delivered twice; then it is told to stop. */
const MOST_GRACE_MS = 5_000;

interface Lane {
  readonly plugin: string;
  readonly lane: string;
  /** It failed the last time. */
  readonly failing: boolean;
}

/**
 * Hands what waits in the plugins' queues to their handlers, on replicas that run steps. Rows are the truth; this looks
 * once a second, and at once when something was added here. Its connections are its own: a delivery may take a minute.
 */
@Injectable()
export class QueueLoop implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #log = new Logger('PluginQueues');
  readonly #queues = new Map<string, HandledQueue>();
  readonly #pool: pg.Pool;
  readonly #stopping = new AbortController();
  readonly #working = new Map<string, Promise<void>>();
  readonly #failingNow = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #candidates: Lane[] = [];
  #state: 'idle' | 'looking' | 'look again' | 'stopped' = 'stopped';
  #failing = false;
  #forgetAt = 0;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Pick<Config, 'engine'>,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
    private readonly secrets: Secrets,
  ) {
    this.#pool = new pg.Pool({
      connectionString: database.url,
      max: MOST_LANES,
      application_name: 'commandcenter plugins',
      connectionTimeoutMillis: 10_000,
      query_timeout: 30_000,
      keepAlive: true,
    });
    // Without listeners a connection that dies, idle or lent, would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  handle(queue: HandledQueue): void {
    if (this.#queues.has(queue.plugin)) throw new Error(`the queue of plugin ${queue.plugin} has a handler already`);
    this.#queues.set(queue.plugin, queue);
    this.nudge();
  }

  /** Its items wait for a hub in which somebody handles them. */
  abandon(plugin: string): void {
    this.#queues.delete(plugin);
  }

  /** Something may be due now. */
  nudge(): void {
    if (this.#state === 'looking') this.#state = 'look again';
    if (this.#state === 'idle') void detached(() => this.#look());
  }

  onApplicationBootstrap(): void {
    if (this.role === 'api') return;
    this.#state = 'idle';
    detached(() => this.#tick());
  }

  onModuleDestroy(): void {
    this.#state = 'stopped';
    this.#candidates = [];
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { graceMs, abortGraceMs } = this.config.engine;
    await this.#idle(Math.min(graceMs, MOST_GRACE_MS));
    this.#stopping.abort(new Error('the hub stops'));
    await this.#idle(abortGraceMs + 1_000);
    const ended = this.#pool.end().catch(() => undefined);
    // A connection that a handler does not give back must not hold up the end of the hub.
    if (this.#working.size === 0) await ended;
  }

  #tick(): void {
    this.nudge();
    this.#later(LOOK_EVERY_MS, () => this.#tick());
  }

  #later(ms: number, work: () => void): void {
    if (this.#state === 'stopped') return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  async #look(): Promise<void> {
    if (this.#queues.size === 0) return;
    this.#state = 'looking';
    try {
      const busy = [...this.#working.keys()].map((key) => JSON.parse(key) as [string, string]);
      const { rows } = await this.database.pool.query<Lane>(sql.due, [
        [...this.#queues.keys()],
        busy.map(([plugin]) => plugin),
        busy.map(([, lane]) => lane),
        CANDIDATES,
      ]);
      this.#candidates = rows;
      if (this.#failing) this.#log.log('the queues of plugins go on');
      this.#failing = false;
      await this.#forget();
    } catch (thrown) {
      this.#trouble(thrown);
    }
    const again = this.#is('look again');
    if (this.#is('stopped')) return;
    this.#state = 'idle';
    this.#begin();
    if (again) this.nudge();
  }

  /** Past what the compiler believes to know: others change the state while this one waits. */
  #is(state: string): boolean {
    return this.#state === state;
  }

  #begin(): void {
    while (this.#working.size < MOST_LANES && !this.#is('stopped')) {
      const full = this.#failingNow.size >= MOST_FAILING;
      const at = this.#candidates.findIndex(({ failing }) => !(failing && full));
      const [next] = at < 0 ? [] : this.#candidates.splice(at, 1);
      if (next === undefined) return;
      const key = JSON.stringify([next.plugin, next.lane]);
      const queue = this.#queues.get(next.plugin);
      if (queue === undefined || this.#working.has(key)) continue;
      if (next.failing) this.#failingNow.add(key);
      this.#working.set(
        key,
        this.#work(queue, next.lane).then((goOn) => {
          this.#working.delete(key);
          this.#failingNow.delete(key);
          if (goOn) this.nudge();
          else this.#begin();
        }),
      );
    }
  }

  /** Whether the queues should be looked at again at once. Never rejects. */
  async #work(queue: HandledQueue, lane: string): Promise<boolean> {
    let client: pg.PoolClient | undefined;
    try {
      client = await this.#pool.connect();
      await client.query(sql.ensureLane, [queue.plugin, lane]);
      const delivered = await deliver(client, queue, lane, this.#stopping.signal);
      client.release();
      if (delivered.kind === 'failed') this.#tell(queue.plugin, lane, delivered);
      if ('restMs' in delivered && delivered.restMs > 0) this.#later(delivered.restMs + 5, () => this.nudge());
      if (delivered.kind === 'done' && delivered.failuresBefore > 0) {
        this.#log.log(`plugin ${queue.plugin}: lane ${lane} goes on after ${delivered.failuresBefore} failures`);
      }
      return delivered.kind === 'done';
    } catch (thrown) {
      client?.release(true); // in the middle of a transaction, or dead: what it locked must be free
      this.#trouble(thrown);
      return false;
    }
  }

  /** The first of a row of failures, then ever fewer of them. */
  #tell(
    plugin: string,
    lane: string,
    { failures, restMs, thrown }: { failures: number; restMs: number; thrown: unknown },
  ) {
    if (!Number.isInteger(Math.log2(failures))) return;
    const why = this.secrets.redact(messageOf(thrown));
    this.#log.warn(
      `plugin ${plugin}: lane ${this.secrets.redact(lane)} failed (${failures} in a row), again in ${Math.ceil(restMs / 1_000)} s: ${why}`,
    );
  }

  #trouble(thrown: unknown): void {
    if (!this.#failing) this.#log.warn(`the queues of plugins wait for PostgreSQL: ${messageOf(thrown)}`);
    this.#failing = true;
  }

  async #forget(): Promise<void> {
    if (Date.now() < this.#forgetAt) return;
    const items = await this.database.pool.query(sql.forgetItems);
    await this.database.pool.query(sql.forgetLanes);
    // A full batch: there is more, but what waits comes first.
    this.#forgetAt = Date.now() + (items.rowCount === 1_000 ? LOOK_EVERY_MS : FORGET_EVERY_MS);
  }

  async #idle(ms: number): Promise<void> {
    if (this.#working.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
    await Promise.race([Promise.all(this.#working.values()), late]).finally(() => clearTimeout(timer));
  }
}
