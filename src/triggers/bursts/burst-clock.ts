import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Database } from '../../database/index.js';
import { JOBS_ROLE, type JobsRole } from '../../jobs/index.js';
import { RunStarter } from '../../runs/index.js';
import { detached } from '../../telemetry/index.js';
import { occurrenceOf } from '../event-subscription.js';
import { isFull, reasonOf, verdictOn } from '../start-failure.js';
import { claimDue, type DueBurst, postpone, remove, untilNextBurst } from './burst-sql.js';

/** How often to look for bursts; the exact moment of a known one is waited for. */
const LOOK_MS = 250;
const RETRY_MS = 1_000;

/**
 * Starts the run of a burst of events when it is over. First the run, durably, under the key of its last event; then the
 * row goes, in the transaction that holds it. A crash between the two, or two replicas at it, start the same key again.
 */
@Injectable()
export class BurstClock implements OnModuleDestroy, BeforeApplicationShutdown {
  readonly #log = new Logger('Events');
  #stopped = false;
  #failing = false;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly starter: RunStarter,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  onModuleDestroy(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#looking;
  }

  /** One look at a time; never throws. */
  @Interval('triggers.bursts.look', LOOK_MS)
  look(): Promise<void> {
    if (this.#stopped || this.role === 'api') return Promise.resolve();
    this.#looking ??= detached(() => this.#look().finally(() => (this.#looking = undefined)));
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      let ms = await untilNextBurst(this.database.pool);
      while (ms !== undefined && ms <= 0 && !this.#stopped) {
        if ((await this.#fireDue()) === 0) break; // in another replica's hands
        ms = await untilNextBurst(this.database.pool);
      }
      if (ms !== undefined && ms > 0) this.#wakeIn(ms);
      this.#failing = false;
    } catch (thrown) {
      if (!this.#failing) this.#log.error(`bursts of events wait until this is over: ${reasonOf(thrown)}`);
      this.#failing = true;
    }
  }

  /** How many were due. */
  #fireDue(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const due = await claimDue(tx);
      const isDone = await Promise.all(due.map((burst) => this.#start(burst)));
      await remove(
        tx,
        due.filter((_, n) => isDone[n]),
      );
      await postpone(
        tx,
        due.filter((_, n) => !isDone[n]),
        RETRY_MS,
      );
      return due.length;
    });
  }

  /** False when it has to be tried again. */
  async #start({ workflow, events, input, event }: DueBurst): Promise<boolean> {
    if (event === undefined) {
      this.#log.warn(`${workflow}: the last event of a burst of ${events} is gone, so it starts nothing`);
      return true;
    }
    const { key, trigger } = occurrenceOf(event);
    const { traceparent } = event;
    try {
      await this.starter.start({
        workflow,
        input,
        trigger,
        dedupe: { key },
        ...(traceparent !== undefined && { traceparent }),
      });
      return true;
    } catch (thrown) {
      const again = verdictOn(thrown) === 'again';
      const then = again ? 'will be tried again' : 'does not start it';
      this.#log[isFull(thrown) ? 'log' : 'warn'](
        `${workflow}: a burst of ${events} events ${then}: ${reasonOf(thrown)}`,
      );
      return !again;
    }
  }

  /** For a burst that ends before the next regular look. */
  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped && ms <= LOOK_MS) this.#timer = setTimeout(() => void this.look(), Math.ceil(ms));
  }
}
