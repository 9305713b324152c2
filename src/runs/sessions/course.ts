import type { RunFacts, RunTelemetry } from '../../telemetry/index.js';
import { advance, type Command, hasEnded, type Run, type RunEvent, totalUsd } from '../../workflow/index.js';
import type { RunWrite } from '../journal/run-write.js';
import { decided } from './decided.js';
import { Draft } from './draft.js';
import { tooManyBytes, tooManyEvents } from './endings.js';
import type { Lease, SessionHost } from './session-host.js';
import { beginsStep, dueAt, hasBegun, parentSignal, tellEnd, tellWaited } from './telling.js';

type Host = Pick<SessionHost<never>, 'telemetry' | 'limits'>;

/** How a run goes on: its state, and what is to be written and told of it. Events change the one as they enter the other (S1). */
export class Course {
  #run: Run;
  readonly draft: Draft;
  #started: boolean;
  #followed: RunTelemetry | undefined;

  constructor(
    run: Run,
    private readonly lease: Lease,
    private readonly facts: RunFacts,
    private readonly host: Host,
  ) {
    this.#run = run;
    this.draft = new Draft(lease.seq, lease.bytes);
    this.#started = hasBegun(run);
  }

  get run(): Run {
    return this.#run;
  }

  get ended(): boolean {
    return hasEnded(this.#run.status);
  }

  /** Made when the run's true start is known. */
  get telemetry(): RunTelemetry {
    this.#followed ??= this.host.telemetry.follow(this.facts, this.#run.startedAt ?? this.#run.createdAt);
    return this.#followed;
  }

  /** Takes an event into the state and the next flush; false when it changes nothing. */
  apply(event: RunEvent, text?: string): boolean {
    const { run, commands } = advance(this.#run, event);
    if (run === this.#run && event.type !== 'RunTakenOver') return false;
    for (const tell of tellWaited(this.#run, run, event)) this.draft.fact(() => tell(this.telemetry));
    this.#run = run;
    if (!this.#started && beginsStep(event)) this.telemetry.started(event.at - dueAt(run));
    this.#started ||= beginsStep(event);
    this.draft.event(event, text);
    if (this.ended) this.draft.fact(() => tellEnd(this.telemetry, this.#run));
    for (const command of commands) this.decide(command);
    if (!this.ended) this.#keepToLimits();
    return true;
  }

  /** A run that has grown too large fails at once, without steps of `finally`: they would make it larger. */
  #keepToLimits(): void {
    const { maxEvents, maxRunBytes } = this.host.limits;
    if (this.draft.seq >= maxEvents - 1) this.apply(tooManyEvents(maxEvents));
    else if (this.draft.bytes > maxRunBytes) this.apply(tooManyBytes(this.draft.bytes, maxRunBytes));
  }

  /** A command that is an event and nothing else is carried out at once; another waits for the flush. */
  decide(command: Command): void {
    const event = decided(command, this.#run, Date.now(), this.host.limits.maxOutputBytes);
    if (event === undefined) this.draft.command(command);
    else this.apply(event);
  }

  /** What has gathered, and the state after it. */
  take(suspicion: Pick<RunWrite, 'suspect' | 'solo' | 'acquitted'>): RunWrite {
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
      ...(this.ended && this.lease.slots?.length && { slots: { workflow: run.plan.id, keys: this.lease.slots } }),
      signals: this.ended ? parentSignal(run) : [],
      ...suspicion,
      ...this.draft.take(),
    };
  }
}
