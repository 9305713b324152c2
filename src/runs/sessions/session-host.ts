import type { AttemptTelemetry, EngineTelemetry, RootContext } from '../../telemetry/index.js';
import type { Command, Failure, Run, RunEvent } from '../../workflow/index.js';
import type { Attempt, AttemptOutcome } from './attempt.js';
import type { SoloGate } from './solo-gate.js';

/** What a session needs of the replica. */
export interface SessionHost<Session> {
  readonly outside: SessionOutside;
  readonly gate: SoloGate;
  readonly telemetry: EngineTelemetry;
  readonly limits: {
    readonly maxEvents: number;
    readonly maxRunBytes: number;
    readonly maxOutputBytes: number;
    readonly holdTimersMs: number;
  };
  /** No step starts any more. */
  readonly draining: boolean;
  /** Calls `go` when no other replica can own the run yet: now, unless this process was stopped or cut off. */
  whenCertain(go: () => void): void;
  append(session: Session): void;
  appendLazily(session: Session): void;
  /** Starts an attempt; the outcome never rejects. */
  invoke(
    session: Session,
    step: string,
    attempt: number,
    telemetry: AttemptTelemetry,
  ): { readonly attempt: Attempt; readonly outcome: Promise<AttemptOutcome> };
  /** Durably notes that the run re-drives a suspect alone; false when the run is lost. */
  markSolo(session: Session): Promise<boolean>;
  /** Tells the telemetry, in this order, when there is time. */
  tell(facts: readonly (() => void)[]): void;
  /** Nothing to do now: give the run back. `wakeAt` is ms since 1970; undefined = at once, Infinity = when a signal comes. */
  rest(session: Session, wakeAt: number | undefined): void;
  /** Signals for the run are waiting. */
  readInbox(id: string): Promise<void>;
  /** Over here: ended, lost, or given up. */
  closed(session: Session): void;
}

/** Where the errands of a run go. Each may be done twice; a rejection means: try again. */
export interface SessionOutside {
  awaitEvent(run: Run, step: string): Promise<void>;
  forgetEvent(run: Run, step: string): Promise<void>;
  requestApproval(run: Run, step: string, root: RootContext): Promise<void>;
  /** False when it was decided before: the decision is in the inbox. */
  closeApproval(run: Run, step: string, root: RootContext, as: 'expired' | 'cancelled'): Promise<boolean>;
  startChild(run: Run, root: RootContext, command: Command & { type: 'StartChild' }): Promise<ChildStart>;
  /** True when there is no such run any more. Its end, if it comes, is told through the inbox. */
  cancelChild(run: Run, child: string, reason: string): Promise<boolean>;
}

export type ChildStart = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly failure: Failure };

/** A row of the inbox. */
export interface Signal {
  readonly id: string;
  readonly event: RunEvent;
}

export interface Lease {
  readonly epoch: number;
  readonly seq: number;
  /** Of its log so far. */
  readonly bytes: number;
  readonly crashes: number;
  readonly suspect: boolean;
  /** Keys of the places it has. */
  readonly slots?: readonly string[];
}
