import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { Database } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import { Jobs, JOBS_ROLE, type JobsRole } from '../jobs/index.js';
import { driveTask } from './leases/leases.js';
import { sql } from './leases/lease-sql.js';
import { Slots } from './slots/slots.js';
import { Possessions } from './liveness/possessions.js';
import { EventWaits } from './outside/event-waits.js';
import { Replica } from './replica.js';
import { Sessions } from './sessions/sessions.js';
import { Signals } from './signals.js';

const partitionsEveryMs = 3_600_000;

/** Finds what lost hints forgot. Every replica sweeps: each statement is safe to run twice. */
@Injectable()
export class Sweeper implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Sweeper');
  #timer: NodeJS.Timeout | undefined;
  #partitionsAt = 0;

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly possessions: Possessions,
    private readonly slots: Slots,
    private readonly signals: Signals,
    private readonly waits: EventWaits,
    private readonly sessions: Sessions,
    private readonly replica: Replica,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  /** Before any run starts: the first of a hub that was away for weeks would go to the default, and its week with it. */
  async onModuleInit(): Promise<void> {
    await this.#makePartitions().catch((thrown: unknown) => this.#log.warn(`no partitions made: ${messageOf(thrown)}`));
  }

  onApplicationBootstrap(): void {
    if (this.role !== 'api') this.#later(0);
  }

  onModuleDestroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(ms: number): void {
    this.#timer = setTimeout(() => {
      const again = this.#timer;
      void this.sweep().finally(() => {
        if (this.#timer === again && again !== undefined) this.#later(this.config.engine.sweepMs);
      });
    }, ms);
  }

  async sweep(): Promise<void> {
    try {
      await this.possessions.giveBackStrays();
      const orphans = await this.database.pool.query<{ id: string }>(sql.orphans);
      const runnable = await this.database.pool.query<{ id: string }>(sql.runnable);
      const ids = new Set([...orphans.rows, ...runnable.rows].map(({ id }) => id));
      // The key keeps one waiting hint a run, however often it is swept while no replica has room.
      await this.jobs.enqueue(
        this.database.pool,
        [...ids].map((run) => ({ task: driveTask, payload: { run }, jobKey: `sweep:${run}` })),
      );
      await this.#readUnread();
      await this.slots.sweep();
      await this.#cancelOrphanedChildren();
      if (Date.now() >= this.#partitionsAt) await this.#makePartitions();
    } catch (thrown) {
      this.#log.warn(`sweep failed, tried again in ${this.config.engine.sweepMs} ms: ${messageOf(thrown)}`);
    }
  }

  /** Of the runs in memory here. Nobody else can read their signals, and a step in flight may take hours to its end. */
  async #readUnread(): Promise<void> {
    const { rows } = await this.database.pool.query<{ id: string }>(sql.unread, [this.replica.id]);
    for (const { id } of rows) await this.sessions.readInbox(id);
  }

  async #cancelOrphanedChildren(): Promise<void> {
    const { rows } = await this.database.pool.query<{ id: string; status: string }>(sql.orphanedChildren);
    for (const { id, status } of rows) {
      await this.signals.send(id, { type: 'RunCancelRequested', at: Date.now(), by: 'the hub', reason: `the run it is part of ${status}` }); // prettier-ignore
    }
  }

  async #makePartitions(): Promise<void> {
    await this.database.pool.query(`SELECT make_run_partitions(interval '21 days')`);
    await this.waits.sweep();
    this.#partitionsAt = Date.now() + partitionsEveryMs;
  }
}
