import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Logger as WorkerLogger, run, type Runner, type WorkerEvents, WorkerPreset } from 'graphile-worker';
import { CONFIG, type Config } from '../config/index.js';
import { Database, type Tx } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import { deleteDeadJobs } from './dead-jobs.js';
import { ForgivingPool } from './forgiving-pool.js';
import { JOBS_ROLE, type JobsRole } from './role.js';
import { WorkerWatch } from './worker-watch.js';

/** Workers that asked for no job for so long are started again. */
const stalledMs = 5000;
/** What the workers may take to stop. Handlers get one second of it before they are told to. */
const stopMs = 3000;
const tidyEveryMs = 3_600_000;

export interface NewJob {
  readonly task: string;
  readonly payload: unknown;
  readonly runAt?: Date;
  /**
   * An unlocked job with this key is replaced. A locked one is not: after a force unlock the replaced job is dead for
   * ever, so a key may only be used where a sweeper adds the job again.
   */
  readonly jobKey?: string;
}

export type JobHandler = (payload: unknown) => Promise<void>;

/**
 * The only importer of graphile-worker. Jobs are hints: the rows of the other rooms are the truth, a sweeper finds
 * what a lost job would have hinted at, so a handler that throws loses nothing and is not tried again.
 */
@Injectable()
export class Jobs implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Jobs');
  readonly #handlers = new Map<string, JobHandler>();
  readonly #pools = new Set<string>();
  readonly #stop = new AbortController();
  #runner: Runner | undefined;
  #supervised: Promise<void> | undefined;
  #tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  /** In `onModuleInit`: the workers start when every room has registered. */
  register(task: string, handler: JobHandler): void {
    this.#handlers.set(task, handler);
  }

  async enqueue(tx: Tx, jobs: readonly NewJob[]): Promise<void> {
    if (jobs.length === 0) return;
    // Attempts stay at their default: a job that a dead worker held, unlocked, counts as tried and could not run again.
    await tx.query(
      `SELECT graphile_worker.add_jobs(array_agg(ROW(task, payload::json, NULL, run_at, NULL, key, NULL, NULL)::graphile_worker.job_spec))
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) AS job(task, payload, run_at, key)`,
      [
        jobs.map((job) => job.task),
        jobs.map((job) => JSON.stringify(job.payload)),
        jobs.map((job) => job.runAt ?? null),
        jobs.map((job) => job.jobKey ?? null),
      ],
    );
  }

  /** Names under which this process locks jobs: what a take-over must unlock when it is dead. */
  lockedBy(): readonly string[] {
    return [...this.#pools];
  }

  onApplicationBootstrap(): void {
    if (this.role === 'api') return;
    this.#supervised = this.#supervise();
    this.#tidying = setInterval(() => void this.tidy(), tidyEveryMs);
  }

  /** Jobs are hints, so of one that nobody will do nothing is missed. Every replica does it: safe to do twice. */
  async tidy(): Promise<void> {
    try {
      await deleteDeadJobs(this.database);
    } catch (thrown) {
      this.#log.warn(`dead jobs stay until the next try: ${messageOf(thrown)}`);
    }
  }

  /** Stops claiming; handlers that wait for capacity are the other rooms' to wake. */
  async onModuleDestroy(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#tidying);
    this.#runner?.stop('shutting down').catch(() => undefined);
    await this.#supervised;
  }

  /** graphile-worker gives up when an answer is lost; the hub does not. */
  async #supervise(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#work();
      } catch (thrown) {
        this.#log.warn(`workers stopped: ${messageOf(thrown)}`);
      }
      await pause(1000, this.#stop.signal);
    }
  }

  async #work(): Promise<void> {
    const pgPool = new ForgivingPool({
      connectionString: this.database.url,
      max: 6,
      application_name: 'commandcenter jobs',
    });
    // A connection that dies, idle or lent, is dropped by the pool; without listeners the process would die of it too.
    pgPool.on('error', () => undefined);
    pgPool.on('connect', (client) => client.on('error', () => undefined));
    const events: WorkerEvents = new EventEmitter();
    const { concurrency, pollMs } = this.config.engine;
    const watch = new WorkerWatch(events, concurrency, {
      stalledAfterMs: Math.max(stalledMs, 4 * pollMs),
      checkMs: 500,
    });
    events.on('pool:create', ({ workerPool }) => this.#pools.add(workerPool.id));
    try {
      await this.#unlock();
      const runner = await run({
        preset: { extends: [WorkerPreset], worker: this.#settings(events) },
        pgPool,
        taskList: this.#tasks(),
        noHandleSignals: true,
      });
      this.#runner = runner;
      if (this.#stop.signal.aborted) runner.stop().catch(() => undefined);
      const ended = runner.promise.catch((thrown: unknown) => this.#log.warn(`workers stopped: ${messageOf(thrown)}`));
      await Promise.race([ended, watch.stalled]);
      runner.stop().catch(() => undefined);
      // It needs its connections to stop, and can hang for ever doing so.
      await Promise.race([ended, pause(stopMs)]);
    } finally {
      watch.stop();
      this.#runner = undefined;
      await Promise.race([pgPool.end().catch(() => undefined), pause(1000)]);
    }
  }

  #settings(events: WorkerEvents): NonNullable<GraphileConfig.Preset['worker']> {
    const { concurrency, pollMs } = this.config.engine;
    return {
      events,
      concurrentJobs: concurrency,
      pollInterval: pollMs,
      completeJobBatchDelay: 0,
      gracefulShutdownAbortTimeout: 1000,
      logger: new WorkerLogger(() => () => undefined),
    };
  }

  /** What earlier workers of this process held would stay locked for hours. A handler that still runs may run twice. */
  async #unlock(): Promise<void> {
    const gone = this.lockedBy();
    if (gone.length === 0) return;
    await this.database.pool.query('SELECT graphile_worker.force_unlock_workers($1)', [gone]);
    for (const id of gone) this.#pools.delete(id);
  }

  #tasks(): Record<string, (payload: unknown) => Promise<void>> {
    return Object.fromEntries(
      [...this.#handlers].map(([task, handler]) => [task, (payload) => this.#guarded(task, handler, payload)]),
    );
  }

  async #guarded(task: string, handler: JobHandler, payload: unknown): Promise<void> {
    try {
      await handler(payload);
    } catch (thrown) {
      this.#log.error(`job ${task} failed: ${messageOf(thrown)}`);
    }
  }
}

/** Never rejects; ends early when the hub stops. */
async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal && { signal }).catch(() => undefined);
}
