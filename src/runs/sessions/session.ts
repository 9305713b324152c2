import type { AttemptFacts, RootContext, RunFacts, RunTelemetry } from '../../telemetry/index.js';
import {
  advance,
  type Command,
  hasEnded,
  outstanding,
  planStep,
  type Run,
  type RunEvent,
  settle,
  stateAt,
  type Timer,
  totalUsd,
} from '../../workflow/index.js';
import type { RunWrite } from '../journal/run-write.js';
import type { Writer } from '../journal/journal.js';
import type { Attempt, AttemptOutcome } from './attempt.js';
import { Draft } from './draft.js';
import { decided } from './decided.js';
import { tooManyEvents } from './endings.js';
import { Errands, isErrand } from './errands.js';
import type { Lease, SessionHost, Signal } from './session-host.js';
import { Suspicion, suspectsFirst } from './suspicion.js';
import {
  attemptsInFlight,
  beginsStep,
  dueAt,
  hasBegun,
  parentSignal,
  tellAttempt,
  tellEnd,
  tellWaited,
} from './telling.js';
import { Timers } from './timers.js';

type Host = SessionHost<Session>;

/**
 * One run in the memory of the replica that owns it. Invariants:
 * S1 events change the state in the order in which they are written; S2 a command is carried out only after the event
 * that caused it is durable; S3 after `lost()` or `close()` nothing of the run happens here.
 */
export class Session implements Writer {
  #run: Run;
  readonly #draft: Draft;
  #closed = false;
  readonly #attempts = new Map<string, Attempt>();
  readonly #timers = new Timers((timer) => this.#fired(timer));
  readonly #suspicion: Suspicion;
  readonly #errands: Errands;
  readonly #seenInbox = new Set<string>();
  /** Steps that wait for the gate. */
  #entering = 0;
  /** The release is on its way: nothing may happen here until it is answered. */
  #resting = false;
  /** Somebody brought news while the release was on its way. */
  #knocked = false;
  #started: boolean;
  #followed: RunTelemetry | undefined;

  constructor(
    run: Run,
    readonly lease: Lease,
    readonly facts: RunFacts,
    private readonly host: Host,
  ) {
    this.#run = run;
    this.#draft = new Draft(lease.seq);
    this.#started = hasBegun(run);
    this.#suspicion = new Suspicion(lease);
    this.#errands = new Errands(host.outside, this);
  }

  get id(): string {
    return this.#run.id;
  }

  get run(): Run {
    return this.#run;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get stepsInFlight(): number {
    return this.#attempts.size;
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
    const inFlight = attemptsInFlight(this.#run);
    for (const event of events) this.apply(event);
    this.#consume(signals);
    const fresh = events.some((event) => event.type === 'RunStarted');
    const commands = fresh ? [] : suspectsFirst(this.#run, outstanding(this.#run));
    const convicted = this.#suspicion.begin(this.#run, commands, convictAfter);
    if (events.some((event) => event.type === 'RunTakenOver')) {
      // A run that crashed before was driven one suspect at a time: the others only stand as running.
      const first = this.lease.crashes === 0 ? undefined : commands.find(({ type }) => type === 'InvokeAgent');
      const lost = first ? inFlight.filter(({ step }) => 'step' in first && first.step === step) : inFlight;
      this.#tellTakenOver(convicted ? [] : lost);
    }
    if (convicted) this.#convict(convicted);
    else for (const command of commands) this.#decide(command);
    if (this.#draft.dirty) return this.#schedule();
    this.#carryOut(this.#suspicion.written(this.host.gate, this.#draft.freeCommands()));
    this.#settle();
  }

  #tellTakenOver(lost: readonly AttemptFacts[]): void {
    this.#draft.fact(() => {
      this.#telemetry.takenOver();
      for (const attempt of lost) this.#telemetry.attemptLost(attempt, 'lost');
    });
  }

  #convict(failed: RunEvent & { type: 'StepFailed' }): void {
    const step = planStep(this.#run.plan, failed.step);
    if (step?.kind === 'agent') {
      const { agent, action } = step;
      this.#draft.fact(() => this.#telemetry.attemptLost({ ...failed, agent, action }, failed.error.type));
    }
    this.apply(failed);
  }

  /** Made when the run's true start is known. */
  get #telemetry(): RunTelemetry {
    this.#followed ??= this.host.telemetry.follow(this.facts, this.#run.startedAt ?? this.#run.createdAt);
    return this.#followed;
  }

  /** Takes an event into the state and the next flush; false when it changes nothing. */
  apply(event: RunEvent, text?: string): boolean {
    if (this.#closed) return false;
    const { run, commands } = advance(this.#run, event);
    if (run === this.#run && event.type !== 'RunTakenOver') return false;
    const waited = tellWaited(this.#run, run, event);
    if (waited) this.#draft.fact(() => waited(this.#telemetry));
    this.#run = run;
    if (!this.#started && beginsStep(event)) this.#telemetry.started(event.at - dueAt(run));
    this.#started ||= beginsStep(event);
    this.#draft.event(event, text);
    if (hasEnded(run.status)) this.#draft.fact(() => tellEnd(this.#telemetry, this.#run));
    for (const command of commands) this.#decide(command);
    if (this.#draft.seq >= this.host.limits.maxEvents - 1 && !hasEnded(this.#run.status)) {
      this.apply(tooManyEvents(this.host.limits.maxEvents));
    }
    return true;
  }

  /** Signals of the inbox, as events; their rows go with the flush that writes them. */
  receive(signals: readonly Signal[]): void {
    if (this.#closed) return;
    // Were they written now, the release could still succeed, and nobody would carry out what they command.
    if (this.#resting) return this.knock();
    this.#consume(signals);
    this.#schedule();
  }

  #consume(signals: readonly Signal[]): void {
    for (const { id, event } of signals) {
      if (this.#seenInbox.has(id)) continue;
      this.#seenInbox.add(id);
      this.#draft.consumed(id);
      this.apply(event);
    }
  }

  cost(step: string, usd: number, kind: string): void {
    if (!this.apply({ type: 'CostReported', at: Date.now(), step, usd, kind })) return;
    this.#draft.fact(() => this.#telemetry.costReported(usd, kind));
    this.host.appendLazily(this);
  }

  take(): RunWrite | undefined {
    if (this.#closed || !this.#draft.dirty) return undefined;
    const run = this.#run;
    return {
      id: run.id,
      epoch: this.lease.epoch,
      status: run.status,
      error: run.error === undefined ? null : JSON.stringify(run.error),
      costUsd: totalUsd(run),
      activeMs: run.activeMs,
      startedAt: run.startedAt ?? null,
      finishedAt: run.finishedAt ?? null,
      ...(hasEnded(run.status) &&
        this.lease.slots?.length && { slots: { workflow: run.plan.id, keys: this.lease.slots } }),
      signals: hasEnded(run.status) ? parentSignal(run) : [],
      ...this.#suspicion.columns(),
      ...this.#draft.take(),
    };
  }

  written(): void {
    const { commands, facts } = this.#draft.written();
    // Also when the replica gave up on the run meanwhile: it happened, and nobody else tells.
    this.host.tell(facts);
    if (this.#closed) return;
    if (hasEnded(this.#run.status) && this.#draft.settled) return this.#finish(commands);
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
    for (const attempt of this.#attempts.values()) {
      attempt.abort({ type: 'cancelled', code: 'CC_RUN_CANCELLED', message: 'the run went on elsewhere, or ended' });
      if (hasEnded(this.#run.status)) attempt.telemetry.ended('cancelled', Date.now());
      else attempt.telemetry.left(Date.now());
    }
    this.#suspicion.leave(this.host.gate);
    this.host.closed(this);
  }

  /** Gives the run back when nothing is in flight. Called again whenever that may have changed. */
  #settle(): void {
    if (this.#closed || this.#resting || hasEnded(this.#run.status)) return;
    const busy = this.#attempts.size + this.#entering > 0 || this.#suspicion.waiting || this.#errands.busy;
    if (busy || !this.#draft.settled) return;
    // A step that was refused (the replica drains, or could not note it as a suspect) is for whoever comes next, at once.
    const ready = outstanding(this.#run).some(
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
    this.#schedule();
    this.#carryOut(this.#suspicion.again(this.host.gate, outstanding(this.#run)));
  }

  #decide(command: Command): void {
    const event = decided(command, this.#run, Date.now(), this.host.limits.maxOutputBytes);
    if (event === undefined) this.#draft.command(command);
    else this.apply(event);
  }

  #carryOut(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.type === 'InvokeAgent') this.#enter(command);
      else if (command.type === 'StartTimer') this.#timers.start(command.id, command.timer, command.dueAt);
      else if (command.type === 'AbortStep') this.#abort(command);
      else if (isErrand(command)) this.#errands.run(command);
    }
  }

  #abort({ step, attempt, error }: Command & { type: 'AbortStep' }): void {
    const inFlight = this.#attempts.get(step);
    if (inFlight) return inFlight.abort(error);
    if (stateAt(this.#run, step)?.status === 'waiting') return this.#errands.abort(step, attempt, error);
    // It was in flight on the replica before this one, which is gone.
    this.came({ type: 'StepFailed', at: Date.now(), step, attempt, error: { ...error, type: 'cancelled' } });
  }

  /** Home of the errands: what one of them brought. */
  came(event: RunEvent): void {
    this.apply(event);
    this.#schedule();
  }

  get root(): RootContext {
    return this.#telemetry.root;
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

  #enter(command: Command & { type: 'InvokeAgent' }): void {
    this.#entering++;
    if (this.#suspicion.solo(command)) return this.#enterSolo(command);
    const begin = () => {
      this.#entering--;
      if (!this.#begin(command, () => this.host.gate.leave())) this.host.gate.leave();
    };
    this.host.gate.enter(() => this.host.whenCertain(begin));
  }

  #enterSolo(command: Command & { type: 'InvokeAgent' }): void {
    this.#suspicion.enter(
      this.host.gate,
      command.step,
      () => (this.#closed || this.host.draining ? Promise.resolve(false) : this.host.markSolo(this)),
      (mayGo) =>
        this.host.whenCertain(() => {
          this.#entering--;
          if (mayGo && this.#begin(command, () => undefined)) return;
          this.#suspicion.leave(this.host.gate);
          this.#settle();
        }),
    );
  }

  /** False when the step must not start (any more). */
  #begin({ step, attempt, agent, action }: Command & { type: 'InvokeAgent' }, left: () => void): boolean {
    if (this.#closed || this.host.draining) {
      this.#settle();
      return false;
    }
    if (this.#attempts.has(step)) return false;
    const redriven = stateAt(this.#run, step)?.status === 'running';
    // One reading of the clock: log, trace and metrics agree to the millisecond.
    const at = Date.now();
    if (!redriven && !this.apply({ type: 'StepStarted', at, step, attempt })) return false;
    if (redriven && this.#run.ending) return false;
    if (this.#draft.dirty) this.host.appendLazily(this);
    const started = this.host.invoke(
      this,
      step,
      attempt,
      this.#telemetry.attempt({ step, attempt, agent, action }, at),
    );
    this.#attempts.set(step, started.attempt);
    void started.outcome.then((outcome) => {
      this.#attempts.delete(step);
      left();
      this.#ended(started.attempt, outcome);
    });
    return true;
  }

  #ended(attempt: Attempt, outcome: AttemptOutcome): void {
    if (this.#closed) return;
    const { step } = attempt;
    const at = Date.now();
    const event = settle(this.#run, step, attempt.attempt, outcome, at);
    this.#suspicion.acquit(step);
    if (this.apply(event, outcome.ok ? outcome.text : undefined)) {
      if (outcome.ok && outcome.emitted.length > 0) this.#emit(attempt, outcome.emitted, at);
      this.#draft.fact(() => tellAttempt(this.#telemetry, attempt, outcome, event, at));
    }
    this.#schedule();
    this.#settle();
  }

  #emit(attempt: Attempt, emitted: (AttemptOutcome & { ok: true })['emitted'], at: number): void {
    const source = `/workflows/${this.#run.plan.id}`;
    const { idempotencyKey: key, traceparent } = attempt;
    emitted.forEach((event, n) => this.#draft.emit({ ...event, id: `${key}/${n}`, source, at, traceparent }));
  }

  #fired(timer: Timer): void {
    this.apply({ type: 'TimerFired', at: Date.now(), timer });
    this.#schedule();
    this.#settle();
  }

  #schedule(): void {
    if (this.#draft.dirty && !this.#closed) this.host.append(this);
  }
}
