import type { AttemptTelemetry, EngineTelemetry } from '../../telemetry/index.js';
import type { RunEvent } from '../../workflow/index.js';
import type { Attempt, AttemptOutcome } from './attempt.js';
import type { SoloGate } from './solo-gate.js';

/** What a session needs of the replica. */
export interface SessionHost<Session> {
  readonly gate: SoloGate;
  readonly telemetry: EngineTelemetry;
  readonly limits: { readonly maxEvents: number; readonly maxOutputBytes: number; readonly holdTimersMs: number };
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
  /** Nothing to do now: give the run back. `wakeAt` is ms since 1970. */
  rest(session: Session, wakeAt: number | undefined): void;
  /** Over here: ended, lost, or given up. */
  closed(session: Session): void;
}

/** A row of the inbox. */
export interface Signal {
  readonly id: string;
  readonly event: RunEvent;
}

export interface Lease {
  readonly epoch: number;
  readonly seq: number;
  readonly crashes: number;
  readonly suspect: boolean;
  /** Keys of the places it has. */
  readonly slots?: readonly string[];
}
