import { type Command, type Failure, settle, stateAt } from '../../workflow/index.js';
import type { Attempt, AttemptOutcome } from './attempt.js';
import type { Course } from './course.js';
import type { SessionHost } from './session-host.js';
import type { Suspicion } from './suspicion.js';
import { tellAttempt } from './telling.js';

type Invoke = Command & { readonly type: 'InvokeAgent' };

/** What steps in flight need of their session. */
export interface Base {
  readonly closed: boolean;
  /** No step starts any more. */
  readonly draining: boolean;
  /** What the course has gathered is to be written. */
  schedule(): void;
  idle(): void;
}

/**
 * The steps of a run that agents are at here: through the gate, begun, and ended by an event that says how. A run is not
 * given back while one is in flight. After the session closed none begins, and how one ended is nobody's news (S3).
 */
export class InFlight<Session extends Base> {
  readonly #attempts = new Map<string, Attempt>();
  /** Steps that wait for the gate. */
  #entering = 0;

  constructor(
    private readonly host: SessionHost<Session>,
    private readonly session: Session,
    private readonly course: Course,
    private readonly suspicion: Suspicion,
  ) {}

  /** Steps that an agent is at. */
  get size(): number {
    return this.#attempts.size;
  }

  get busy(): boolean {
    return this.#attempts.size + this.#entering > 0;
  }

  /** What is left to begin is for whoever drives the run next. */
  get #noneBegins(): boolean {
    return this.session.closed || this.session.draining;
  }

  enter(command: Invoke): void {
    this.#entering++;
    if (this.suspicion.solo(command)) return this.#enterSolo(command);
    const begin = () => {
      this.#entering--;
      if (this.#begin(command, () => this.host.gate.leave())) return;
      this.host.gate.leave();
      this.session.idle();
    };
    this.host.gate.enter(() => this.host.whenCertain(begin));
  }

  #enterSolo(command: Invoke): void {
    this.suspicion.enter(
      this.host.gate,
      command.step,
      () => (this.#noneBegins ? Promise.resolve(false) : this.host.markSolo(this.session)),
      (mayGo) =>
        this.host.whenCertain(() => {
          this.#entering--;
          if (mayGo && this.#begin(command, () => undefined)) return;
          this.suspicion.leave(this.host.gate);
          this.session.idle();
        }),
    );
  }

  /** False when the step must not start (any more). */
  #begin({ step, attempt, agent, action }: Invoke, left: () => void): boolean {
    if (this.#noneBegins) return false;
    if (this.#attempts.has(step)) return false;
    const { course } = this;
    const redriven = stateAt(course.run, step)?.status === 'running';
    // One reading of the clock: log, trace and metrics agree to the millisecond.
    const at = Date.now();
    if (!redriven && !course.apply({ type: 'StepStarted', at, step, attempt })) return false;
    if (redriven && course.run.ending) return false;
    if (course.draft.dirty) this.host.appendLazily(this.session);
    const told = course.telemetry.attempt({ step, attempt, agent, action }, at);
    const started = this.host.invoke(this.session, step, attempt, told);
    this.#attempts.set(step, started.attempt);
    void started.outcome.then((outcome) => {
      this.#attempts.delete(step);
      left();
      this.#ended(started.attempt, outcome);
    });
    return true;
  }

  #ended(attempt: Attempt, outcome: AttemptOutcome): void {
    if (this.session.closed) return;
    const { step } = attempt;
    const at = Date.now();
    const { course } = this;
    const event = settle(course.run, step, attempt.attempt, outcome, at);
    this.suspicion.acquit(step);
    if (course.apply(event, outcome.ok ? outcome.text : undefined)) {
      if (outcome.ok && outcome.emitted.length > 0) this.#emit(attempt, outcome.emitted, at);
      course.draft.fact(() => tellAttempt(course.telemetry, attempt, outcome, event, at));
    }
    this.session.schedule();
    this.session.idle();
  }

  #emit(attempt: Attempt, emitted: (AttemptOutcome & { ok: true })['emitted'], at: number): void {
    const source = `/workflows/${this.course.run.plan.id}`;
    const { idempotencyKey: key, traceparent } = attempt;
    emitted.forEach((event, n) => this.course.draft.emit({ ...event, id: `${key}/${n}`, source, at, traceparent }));
  }

  /** False when no agent is at the step here. */
  abort(step: string, error: Failure): boolean {
    const attempt = this.#attempts.get(step);
    attempt?.abort(error);
    return attempt !== undefined;
  }

  /** The session has closed. Agents are told to stop; they count as in flight until they did. */
  leave(): void {
    for (const attempt of this.#attempts.values()) {
      attempt.abort({ type: 'cancelled', code: 'CC_RUN_CANCELLED', message: 'the run went on elsewhere, or ended' });
      if (this.course.ended) attempt.telemetry.ended('cancelled', Date.now());
      else attempt.telemetry.left(Date.now());
    }
  }
}
