import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Interval, SchedulerRegistry } from '@nestjs/schedule';
import { Database } from '../database/index.js';
import { Definitions } from '../definitions/index.js';
import { JOBS_ROLE, type JobsRole } from '../jobs/index.js';
import { detached } from '../telemetry/index.js';
import { ScheduleFirer } from './schedule-firer.js';
import { scheduleLines } from './schedule-lines.js';
import { syncSchedules, untilNextFire } from './schedule-sql.js';
import { reasonOf } from './start-failure.js';

/** How often to look, for lines other replicas wrote; the exact moment of a known fire is waited for. */
const LOOK_MS = 250;
const BUSY_MS = 20;
const RETRY_MS = 1_000;
const LOOK = 'triggers.schedules.look';
const NEXT = 'triggers.schedules.next';

/** Wakes the schedules. It decides nothing: the rows and the database's clock do. */
@Injectable()
export class ScheduleClock implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #log = new Logger('Schedules');
  #stopped = false;
  #stale = true;
  /** With a line of their own, enabled here. */
  #workflows: readonly string[] = [];
  #pausedUntil = 0;
  #looking: Promise<void> | undefined;
  #failing = false;

  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
    private readonly firer: ScheduleFirer,
    private readonly timers: SchedulerRegistry,
    @Inject(JOBS_ROLE) private readonly role: JobsRole,
  ) {}

  onApplicationBootstrap(): void {
    this.definitions.onChange(() => {
      this.#stale = true;
      void this.look();
    });
    void this.look();
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    if (this.timers.doesExist('interval', LOOK)) this.timers.deleteInterval(LOOK);
    this.#forgetNext();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#looking;
  }

  /** One look at a time; never throws. */
  @Interval(LOOK, LOOK_MS)
  look(): Promise<void> {
    if (this.#stopped || performance.now() < this.#pausedUntil) return Promise.resolve();
    // Also woken by whoever changes a workflow: a schedule is not part of that request.
    this.#looking ??= detached(() => this.#look().finally(() => (this.#looking = undefined)));
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      if (this.#stale) await this.#sync();
      if (this.role !== 'api') await this.#fire();
      this.#failing = false;
    } catch (thrown) {
      if (!this.#failing) this.#log.error(`schedules wait until this is over: ${reasonOf(thrown)}`);
      this.#failing = true;
    }
  }

  async #sync(): Promise<void> {
    this.#stale = false;
    try {
      const { revision } = this.definitions;
      const lines = scheduleLines(this.definitions.current());
      if (!(await this.database.transaction((tx) => syncSchedules(tx, lines, revision)))) {
        this.#stale = true; // until the change was read here
        return;
      }
      this.#workflows = [...new Set(lines.map((line) => line.workflow))];
    } catch (thrown) {
      this.#stale = true;
      throw thrown;
    }
  }

  async #fire(): Promise<void> {
    if (this.#workflows.length === 0) return;
    const ms = await untilNextFire(this.database.pool, this.#workflows);
    if (ms === undefined || this.#stopped) return;
    if (ms > 0) return this.#wakeIn(ms);
    if (!(await this.firer.fireDue(this.#workflows))) this.#pausedUntil = performance.now() + RETRY_MS;
    const next = await untilNextFire(this.database.pool, this.#workflows);
    // What is due and still there is in another replica's hands: no hurry.
    if (next !== undefined) this.#wakeIn(Math.max(next, BUSY_MS));
  }

  /** For a fire before the next regular look. */
  #wakeIn(ms: number): void {
    this.#forgetNext();
    if (this.#stopped || ms > LOOK_MS) return;
    const wake = () => {
      this.#forgetNext();
      void this.look();
    };
    this.timers.addTimeout(NEXT, setTimeout(wake, Math.ceil(ms)));
  }

  #forgetNext(): void {
    if (this.timers.doesExist('timeout', NEXT)) this.timers.deleteTimeout(NEXT);
  }
}
