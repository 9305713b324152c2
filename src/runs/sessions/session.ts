import type { RootContext, RunFacts } from '../../telemetry/index.js';
import { type Command, outstanding, type Run, type RunEvent, stateAt, type Timer } from '../../workflow/index.js';
import type { RunWrite } from '../journal/run-write.js';
import type { Writer } from '../journal/journal.js';
import { Course } from './course.js';
import type { Draft } from './draft.js';
import { Errands, isErrand } from './errands.js';
import { InFlight } from './in-flight.js';
import type { Lease, SessionHost, Signal } from './session-host.js';
import { Suspicion, suspectsFirst } from './suspicion.js';
import { attemptsInFlight, lostWith, tellConvicted, tellTakenOver } from './taken-over.js';
import { Timers } from './timers.js';

/**
 * One run in the memory of the replica that owns it. Invariants:
 * S1 events change the state in the order in which they are written (Course); S2 a command is carried out only after the
 * event that caused it is durable; S3 after `lost()` or `close()` nothing of the run happens here (InFlight and Errands too).
 */
export class Session implements Writer {
  readonly #course: Course;
  readonly #draft: Draft;
  readonly #suspicion: Suspicion;
  readonly #inFlight: InFlight<Session>;
  readonly #errands: Errands;
  readonly #timers = new Timers((timer) => this.#fired(timer));
  readonly #seenInbox = new Set<string>();
  #closed = false;
  /** The release is on its way: nothing may happen here until it is answered. */
  #resting = false;
  /** Somebody brought news while the release was on its way. */
  #knocked = false;

  constructor(
    run: Run,
    readonly lease: Lease,
    facts: RunFacts,
    private readonly host: SessionHost<Session>,
  ) {
    this.#course = new Course(run, lease, facts, host);
    this.#draft = this.#course.draft;
    this.#suspicion = new Suspicion(lease);
    this.#inFlight = new InFlight(host, this, this.#course, this.#suspicion);
    this.#errands = new Errands(host.outside, this);
  }

  get id(): string {
    return this.run.id;
  }

  get run(): Run {
    return this.#course.run;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get stepsInFlight(): number {
    return this.#inFlight.size;
  }

  /** News came when the run was already on its way back: whoever gives it back must hint at it again. */
  get knocked(): boolean {
    return this.#knocked;
  }

  /** Somebody thinks that there is something to do. */
  knock(): void {
    if (this.#resting) this.#knocked = true;
  }

  /**
   * Goes on where the log ends: a new run, or one taken over. `convictAfter`: see Suspicion. `signals` that are waiting
   * count before anything starts: a run that was cancelled while it was queued starts no step.
   */
  resume(events: readonly RunEvent[], convictAfter: number, signals: readonly Signal[] = []): void {
    const before = attemptsInFlight(this.run);
    for (const event of events) this.#course.apply(event);
    this.#consume(signals);
    const fresh = events.some((event) => event.type === 'RunStarted');
    const commands = fresh ? [] : suspectsFirst(this.run, outstanding(this.run));
    const convicted = this.#suspicion.begin(this.run, commands, convictAfter);
    if (events.some((event) => event.type === 'RunTakenOver')) {
      tellTakenOver(this.#course, convicted ? [] : lostWith(this.lease.crashes, before, commands));
    }
    if (convicted) {
      tellConvicted(this.#course, convicted);
      this.#course.apply(convicted);
    } else for (const command of commands) this.#course.decide(command);
    if (this.#draft.dirty) return this.schedule();
    this.#carryOut(this.#suspicion.written(this.host.gate, this.#draft.freeCommands()));
    this.#settle();
  }

  /** Signals of the inbox, as events; their rows go with the flush that writes them. */
  receive(signals: readonly Signal[]): void {
    if (this.#closed) return;
    // Were they written now, the release could still succeed, and nobody would carry out what they command.
    if (this.#resting) return this.knock();
    this.#consume(signals);
    this.schedule();
  }

  #consume(signals: readonly Signal[]): void {
    for (const { id, event } of signals) {
      if (this.#seenInbox.has(id)) continue;
      this.#seenInbox.add(id);
      this.#draft.consumed(id);
      this.#course.apply(event);
    }
  }

  cost(step: string, usd: number, kind: string): void {
    if (this.#closed || !this.#course.apply({ type: 'CostReported', at: Date.now(), step, usd, kind })) return;
    this.#draft.fact(() => this.#course.telemetry.costReported(usd, kind));
    this.host.appendLazily(this);
  }

  take(): RunWrite | undefined {
    if (this.#closed || !this.#draft.dirty) return undefined;
    return this.#course.take(this.#suspicion.columns());
  }

  written(): void {
    const { commands, facts } = this.#draft.written();
    // Also when the replica gave up on the run meanwhile: it happened, and nobody else tells.
    this.host.tell(facts);
    if (this.#closed) return;
    if (this.#course.ended && this.#draft.settled) return this.#finish(commands);
    this.#carryOut(this.#suspicion.written(this.host.gate, commands));
    this.#settle();
  }

  /** Of what the last events ask for, only tidying up is left to do. */
  #finish(commands: readonly Command[]): void {
    for (const command of commands) if (command.type === 'ForgetEvent') this.#errands.run(command);
    this.close();
  }

  lost(): void {
    this.close();
  }

  /** Forgets the run without another word to the database; attempts in flight are told to stop. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timers.clear();
    this.#inFlight.leave();
    this.#suspicion.leave(this.host.gate);
    this.host.closed(this);
  }

  /** Gives the run back when nothing is in flight. Called again whenever that may have changed. */
  #settle(): void {
    if (this.#closed || this.#resting || this.#course.ended) return;
    if (this.#inFlight.busy || this.#suspicion.waiting || this.#errands.busy || !this.#draft.settled) return;
    // A step that was refused (the replica drains, or could not note it as a suspect) is for whoever comes next, at once.
    const ready = outstanding(this.run).some(
      (command) => command.type !== 'StartTimer' && !this.#errands.stands(command),
    );
    const wakeAt = ready ? undefined : (this.#timers.earliest ?? Infinity);
    const soon = wakeAt !== undefined && wakeAt - Date.now() <= this.host.limits.holdTimersMs;
    if (soon && !this.host.draining) return;
    this.#resting = true;
    this.#timers.clear();
    this.host.rest(this, wakeAt);
  }

  /** The replica drains: give back what has nothing in flight. */
  drain(): void {
    this.#settle();
  }

  /** The run could not be given back: go on. The empty write tells whether it is still ours. */
  wake(): void {
    if (this.#closed || !this.#resting) return;
    this.#resting = false;
    this.#knocked = false;
    this.#draft.touch();
    this.schedule();
    this.#carryOut(this.#suspicion.again(this.host.gate, outstanding(this.run)));
  }

  #carryOut(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.type === 'InvokeAgent') this.#inFlight.enter(command);
      else if (command.type === 'StartTimer') this.#timers.start(command.id, command.timer, command.dueAt);
      else if (command.type === 'AbortStep') this.#abort(command);
      else if (isErrand(command)) this.#errands.run(command);
    }
  }

  #abort({ step, attempt, error }: Command & { type: 'AbortStep' }): void {
    if (this.#inFlight.abort(step, error)) return;
    if (stateAt(this.run, step)?.status === 'waiting') return this.#errands.abort(step, attempt, error);
    // It was in flight on the replica before this one, which is gone.
    this.came({ type: 'StepFailed', at: Date.now(), step, attempt, error: { ...error, type: 'cancelled' } });
  }

  /** What an errand or a timer brought. */
  came(event: RunEvent): void {
    if (this.#closed) return;
    this.#course.apply(event);
    this.schedule();
  }

  get root(): RootContext {
    return this.#course.telemetry.root;
  }

  readInbox(): void {
    void this.host.readInbox(this.id);
  }

  idle(): void {
    this.#settle();
  }

  get draining(): boolean {
    return this.host.draining;
  }

  #fired(timer: Timer): void {
    this.came({ type: 'TimerFired', at: Date.now(), timer });
    this.#settle();
  }

  schedule(): void {
    if (this.#draft.dirty && !this.#closed) this.host.append(this);
  }
}
