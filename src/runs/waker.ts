import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { JOBS_ROLE, type JobsRole } from '../jobs/index.js';
import { Driver } from './driver.js';
import { Leases } from './leases/leases.js';
import { Sessions } from './sessions/sessions.js';

/** Runs taken at once. */
const BATCH = 500;
const afterFailureMs = 1_000;

/**
 * Drives the runs whose time has come: one look of the replica at an index instead of one job a run. Every replica looks;
 * who leases a run first drives it. What none has room for is due at the next look.
 */
@Injectable()
export class Waker implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Waker');
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly leases: Leases,
    private readonly sessions: Sessions,
    private readonly driver: Driver,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  onApplicationBootstrap(): void {
    if (this.role !== 'api') this.#later(0);
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#look().then((next) => this.#later(next)), ms);
  }

  /** Never rejects. Answers in how many ms to look again. */
  async #look(): Promise<number> {
    const { pollMs } = this.config.engine;
    try {
      const room = Math.min(BATCH, this.sessions.room);
      if (room <= 0) return pollMs;
      const due = await this.leases.due(room);
      await Promise.all(due.map((id) => this.driver.drive(id)));
      // Not at once: where every try fails, this would be all that the replica does.
      return due.length < room ? pollMs : Math.min(pollMs, 50);
    } catch (thrown) {
      this.#log.warn(`runs that sleep are not woken until the next try: ${messageOf(thrown)}`);
      return afterFailureMs;
    }
  }
}
