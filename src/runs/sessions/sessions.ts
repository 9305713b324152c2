import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/index.js';
import { messageOf } from '../../errors/index.js';
import { type AttemptTelemetry, detached, EngineTelemetry, type RunFacts } from '../../telemetry/index.js';
import type { Run, RunEvent } from '../../workflow/index.js';
import { Journal } from '../journal/journal.js';
import { Leases } from '../leases/leases.js';
import { Attempts } from './attempts.js';
import { Later } from './later.js';
import { Session } from './session.js';
import type { Lease, SessionHost, SessionOutside, Signal } from './session-host.js';
import { SoloGate } from './solo-gate.js';

/** The runs in the memory of this replica: at most engine.maxRuns. */
@Injectable()
export class Sessions implements SessionHost<Session>, OnApplicationShutdown {
  readonly gate = new SoloGate();
  readonly limits: SessionHost<Session>['limits'];
  readonly #log = new Logger('Sessions');
  readonly #sessions = new Map<string, Session>();
  readonly #later = new Later((thrown) => this.#log.error(messageOf(thrown)));
  readonly #waiting: ((granted: boolean) => void)[] = [];
  #reserved = 0;
  #outside: SessionOutside | undefined;
  #draining = false;

  constructor(
    private readonly journal: Journal,
    private readonly leases: Leases,
    private readonly attempts: Attempts,
    readonly telemetry: EngineTelemetry,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.limits = config.engine;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get outside(): SessionOutside {
    return this.#outside!;
  }

  /** In `onModuleInit`, before any run is here. */
  reach(outside: SessionOutside): void {
    this.#outside = outside;
  }

  get size(): number {
    return this.#sessions.size;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  ids(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  /** For how many more runs there is a place. */
  get room(): number {
    if (this.#draining || !this.leases.drives) return 0;
    return Math.max(0, this.config.engine.maxRuns - this.#sessions.size - this.#reserved);
  }

  /** A place for one more run, now or not at all. Given back by `open` or `unreserve`. */
  tryReserve(): boolean {
    if (this.room === 0) return false;
    this.#reserved++;
    return true;
  }

  /** The same, waiting for it; false when the replica drains. */
  reserve(): Promise<boolean> {
    if (this.tryReserve()) return Promise.resolve(true);
    if (this.#draining) return Promise.resolve(false);
    return new Promise((granted) => this.#waiting.push(granted));
  }

  unreserve(): void {
    this.#reserved--;
    if (this.#waiting.length > 0 && this.tryReserve()) this.#waiting.shift()!(true);
  }

  /** Drives a run that this replica owns. `events` are new ones, to be written first. */
  open(run: Run, lease: Lease, facts: RunFacts, events: readonly RunEvent[], signals: readonly Signal[] = []): void {
    const here = this.#sessions.get(run.id);
    if (here && here.lease.epoch > lease.epoch) return this.unreserve(); // given back and taken again while we read
    here?.close(); // its run was taken from it, and it has not heard yet
    const session = new Session(run, lease, facts, this);
    this.#sessions.set(run.id, session);
    this.unreserve();
    try {
      // The run is no part of the request that happens to bring it here.
      detached(() => session.resume(events, this.config.engine.convictAfter, signals));
    } catch (thrown) {
      this.#log.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
      session.close(); // neither driven nor stuck: the sweeper finds it
    }
  }

  /** A stopped process that goes on may hold answers from before: what they allow is another replica's by now. */
  whenCertain(go: () => void): void {
    if (this.leases.certain || this.#draining) go();
    else setTimeout(() => this.whenCertain(go), 50);
  }

  append(session: Session): void {
    this.journal.append(session);
  }

  appendLazily(session: Session): void {
    this.journal.appendLazily(session);
  }

  invoke(
    session: Session,
    step: string,
    attempt: number,
    telemetry: AttemptTelemetry,
  ): ReturnType<SessionHost<Session>['invoke']> {
    return this.attempts.start(session, step, attempt, telemetry);
  }

  tell(facts: readonly (() => void)[]): void {
    this.#later.add(facts);
  }

  async markSolo(session: Session): Promise<boolean> {
    const ours = await this.leases.markSolo(session.id, session.lease.epoch);
    if (!ours) session.lost();
    return ours;
  }

  rest(session: Session, wakeAt: number | undefined): void {
    this.leases
      .release(session.id, session.lease.epoch, wakeAt)
      .then((released) => (released ? this.#left(session) : this.#stay(session)))
      .catch((thrown: unknown) => {
        this.#log.warn(`run ${session.id} was not given back: ${messageOf(thrown)}`);
        setTimeout(() => void this.#stay(session), 1000).unref();
      });
  }

  closed(session: Session): void {
    if (this.#sessions.get(session.id) !== session) return;
    this.#sessions.delete(session.id);
    this.attempts.forget(session.id);
    if (this.#waiting.length > 0 && this.tryReserve()) this.#waiting.shift()!(true);
  }

  /** Signals for a run arrived. Nobody says so again, so this never rejects: what cannot be read now is read later. */
  async readInbox(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    try {
      session.receive(await this.leases.inbox(id));
    } catch (thrown) {
      this.#log.warn(`inbox of run ${id} not read, tried again in a second: ${messageOf(thrown)}`);
      setTimeout(() => void this.readInbox(id), 1000).unref();
    }
  }

  /** No step starts from now on; runs with nothing in flight are given back. */
  beginDrain(): void {
    this.#draining = true;
    for (const granted of this.#waiting.splice(0)) granted(false);
    for (const session of this.#sessions.values()) session.drain();
  }

  /**
   * Lets steps finish for `graceMs`, then aborts the rest and gives them `abortGraceMs` to stop: nobody may drive them
   * again while they are still at it. Nothing is in memory afterwards.
   */
  async drain(): Promise<void> {
    const { graceMs, abortGraceMs } = this.config.engine;
    this.beginDrain();
    await within(graceMs, () => this.#sessions.size + this.#reserved === 0);
    const rest = [...this.#sessions.values()];
    this.dropAll();
    await within(abortGraceMs, () => rest.every((session) => session.stepsInFlight === 0));
  }

  /** The journal has written its last; then telemetry is sent. */
  onApplicationShutdown(): void {
    this.#later.finish();
  }

  /** Another replica owns them, or soon will: nothing more is done or written here. */
  dropAll(): void {
    for (const session of [...this.#sessions.values()]) session.close();
  }

  #left(session: Session): void {
    session.close();
    if (session.knocked) this.leases.hint([{ id: session.id }]).catch(() => undefined); // the sweeper finds it
  }

  /** The release was refused, or failed: signals may be waiting, or the run is lost (then the next flush tells). */
  async #stay(session: Session): Promise<void> {
    session.wake();
    await this.readInbox(session.id);
  }
}

async function within(ms: number, done: () => boolean): Promise<void> {
  for (const deadline = Date.now() + ms; !done() && Date.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
