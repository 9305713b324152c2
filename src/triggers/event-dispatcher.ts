import { setImmediate as turn } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { Interval } from '@nestjs/schedule';
import { Database } from '../database/index.js';
import { Definitions } from '../definitions/index.js';
import { DISPATCH_TASK, EVENTS_PUBLISHED, type StoredEvent } from '../events/index.js';
import { Jobs, JOBS_ROLE, type JobsRole } from '../jobs/index.js';
import { EventWaits } from '../runs/index.js';
import { detached } from '../telemetry/index.js';
import { join } from './bursts/burst-sql.js';
import { CHUNK, claimEvents, hasLeftovers, markDispatched } from './event-rows.js';
import { type Dispatched, EventStarter } from './event-starter.js';
import { reasonOf } from './start-failure.js';
import { subscriptionsOf, type Subscriptions } from './subscriptions.js';

const SWEEP_MS = 5_000;
const FIRST_RETRY_MS = 200;
/** Events whose filters are evaluated before the event loop gets a turn. */
const TURN = 20;
const START_OF_TABLE = '0';

/**
 * From undispatched rows to runs. The rows are the truth; a job, an announcement inside the process and the sweeper all
 * just say "look". A row is marked after its runs are durable, so a crash in between starts the same keys again.
 */
@Injectable()
export class EventDispatcher implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #log = new Logger('Events');
  #subscriptions: Subscriptions | undefined;
  #stopped = false;
  #lookAgain = false;
  #dispatching: Promise<void> | undefined;
  /** Looks in a row that left something behind. */
  #failures = 0;

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly definitions: Definitions,
    private readonly starter: EventStarter,
    private readonly waits: EventWaits,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  onModuleInit(): void {
    this.jobs.register(DISPATCH_TASK, () => this.dispatch());
    this.definitions.onChange(() => {
      this.#subscriptions = undefined;
      this.starter.forgetComplaints();
    });
  }

  onModuleDestroy(): void {
    this.#stopped = true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#dispatching;
  }

  /** Saves the way through the job queue when the event came in here. */
  @OnEvent(EVENTS_PUBLISHED)
  onPublished(): void {
    if (this.role !== 'api') void this.dispatch();
  }

  /** A lost hint loses nothing. */
  @Interval('triggers.events.sweep', SWEEP_MS)
  async sweep(): Promise<void> {
    if (this.#stopped) return;
    try {
      if (!(await hasLeftovers(this.database.pool, SWEEP_MS))) return;
      // Not by a job where this replica can do it: when all replicas are full, jobs wait behind runs that wait for a place.
      if (this.role === 'api') await this.#hint(0);
      else await this.dispatch();
    } catch {
      // No database: the next sweep finds the same.
    }
  }

  /** Looks at the table until nothing undispatched is left to do. Never throws; calls while it looks share one more look. */
  dispatch(): Promise<void> {
    this.#lookAgain = true;
    if (this.#stopped) return Promise.resolve();
    // What it starts is nobody's: it also serves events that came in elsewhere.
    this.#dispatching ??= detached(() => this.#look());
    return this.#dispatching;
  }

  async #look(): Promise<void> {
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      const complete = await this.#lookOnce();
      this.#failures = complete ? 0 : this.#failures + 1;
      // A replica that stops leaves the rest to another.
      if (!complete || this.#stopped) await this.#retryLater();
    }
    this.#dispatching = undefined;
  }

  /** False when something has to be tried again. */
  async #lookOnce(): Promise<boolean> {
    let complete = true;
    let last: string | undefined = START_OF_TABLE;
    try {
      while (last !== undefined && !this.#stopped) {
        const outcome: Chunk = await this.#dispatchChunk(last);
        complete &&= outcome.complete;
        last = outcome.last;
      }
    } catch (thrown) {
      if (this.#failures === 0) this.#log.error(`events wait until this is over: ${reasonOf(thrown)}`);
      return false;
    }
    return complete;
  }

  async #dispatchChunk(after: string): Promise<Chunk> {
    let woken: readonly string[] = [];
    const chunk = await this.database.transaction(async (tx): Promise<Chunk> => {
      const pending = await claimEvents(tx, after);
      if (pending.length === 0) return { complete: true, last: undefined };
      // A workflow that was there before an event came is asked for it, also where this replica has not seen the workflow yet.
      await this.definitions.catchUp();
      woken = await this.waits.match(tx, pending);
      const started = await this.#startAll(pending);
      const outcomes = started.map(({ outcome }) => outcome);
      const dispatched = pending.filter((_, n) => outcomes[n] === 'dispatched');
      // Together with the mark: an event counts in its burst exactly once.
      const bursts = started.flatMap((one) => (one.outcome === 'dispatched' ? one.bursts : []));
      if (bursts.length > 0) await join(tx, bursts);
      await markDispatched(
        tx,
        dispatched.map(({ seq }) => seq),
      );
      const end = pending.length < CHUNK || outcomes.includes('unavailable');
      return { complete: dispatched.length === pending.length, last: end ? undefined : pending.at(-1)!.seq };
    });
    // Signals that nobody was woken for are found by the sweeper.
    await this.waits.wake(woken).catch(() => undefined);
    return chunk;
  }

  async #startAll(pending: readonly StoredEvent[]): Promise<Dispatched[]> {
    const subscriptions = (this.#subscriptions ??= subscriptionsOf(this.definitions.current()));
    const outcomes: Promise<Dispatched>[] = [];
    for (const event of pending) {
      outcomes.push(this.starter.start(event, subscriptions));
      if (outcomes.length % TURN === 0) await turn();
    }
    return Promise.all(outcomes);
  }

  async #retryLater(): Promise<void> {
    const delay = this.#stopped ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), SWEEP_MS);
    await this.#hint(delay).catch(() => undefined); // then the sweeper is the hint
  }

  /** One waiting retry is enough, however many looks fail. */
  #hint(delayMs: number): Promise<void> {
    const runAt = new Date(Date.now() + delayMs);
    return this.jobs.enqueue(this.database.pool, [{ task: DISPATCH_TASK, payload: {}, runAt, jobKey: 'events.retry' }]);
  }
}

interface Chunk {
  readonly complete: boolean;
  /** Where the next chunk starts; undefined when this was the end. */
  readonly last: string | undefined;
}
