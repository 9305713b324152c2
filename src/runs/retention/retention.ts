import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { CONFIG, type Config } from '../../config/index.js';
import { Database } from '../../database/index.js';
import { Definitions } from '../../definitions/index.js';
import { messageOf } from '../../errors/index.js';
import { JOBS_ROLE, type JobsRole } from '../../jobs/index.js';
import { detached } from '../../telemetry/index.js';
import { CleanUp, type CleanedUp } from './clean-up.js';

/** Any two numbers; ours. */
const lock = [0x4343, 18] as const;
const STATEMENT_MS = 60_000;
/** Not while the hub starts. */
const FIRST_MS = 60_000;

/**
 * Deletes what nobody keeps any longer. One replica at a time: whoever has the advisory lock of the session the work is done
 * in. Who loses that session has lost both.
 */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  /** Between two batches; tests do not rest. */
  restMs = 50;
  readonly #log = new Logger('Retention');
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  onApplicationBootstrap(): void {
    if (this.role !== 'api') this.#later(Math.min(FIRST_MS, this.config.engine.retentionSweepMs));
  }

  onModuleDestroy(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  /** What was deleted; undefined when another replica is at it. */
  async sweep(): Promise<CleanedUp | undefined> {
    const session = new pg.Client({
      connectionString: this.database.url,
      application_name: 'commandcenter retention',
      statement_timeout: STATEMENT_MS,
      keepAlive: true,
    });
    session.on('error', () => undefined); // who waits for an answer gets it too
    try {
      await session.connect();
      const { rows } = await session.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS got', [...lock]);
      if (!rows[0]!.got) return undefined;
      const byWorkflow = await this.definitions.retentions();
      const kept = { byDefault: this.config.engine.retentionMs, byWorkflow };
      return await new CleanUp(session, kept, this.#stop.signal, this.restMs).run();
    } finally {
      await session.end().catch(() => undefined);
    }
  }

  #later(ms: number): void {
    if (this.#stop.signal.aborted) return;
    this.#timer = detached(() => setTimeout(() => void this.#turn(), ms));
  }

  async #turn(): Promise<void> {
    try {
      const done = await this.sweep();
      if (done !== undefined && done.partitions.length + done.runs + done.keys + done.events > 0)
        this.#log.log(
          `retention has passed: ${done.runs} runs, ${done.keys} keys and ${done.events} events deleted, dropped: ${done.partitions.join(', ') || 'no partition'}`,
        );
    } catch (thrown) {
      if (!this.#stop.signal.aborted)
        this.#log.warn(`not all was deleted whose retention has passed, tried again: ${messageOf(thrown)}`);
    }
    this.#later(this.config.engine.retentionSweepMs);
  }
}
