import type { SlotLines } from '../slots/slot-request.js';
import type { Emitted, RunStatus } from '../../workflow/index.js';

export interface EventRow {
  readonly seq: number;
  readonly type: string;
  /** JSON of the event without `type` and `at`. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface EmittedRow extends Emitted {
  readonly id: string;
  readonly source: string;
  readonly at: number;
  /** Of the attempt that emitted it: the runs it starts are linked to it. */
  readonly traceparent: string;
}

/** A row for the inbox of another run. */
export interface RunSignal {
  readonly run: string;
  /** The event's type. */
  readonly kind: string;
  /** JSON of the event without `type` and `at`. */
  readonly data: string;
}

/** What one run adds to its log in one flush, and the state after it. */
export interface RunWrite {
  readonly id: string;
  readonly epoch: number;
  /** `run.seq` before and after. */
  readonly fromSeq: number;
  readonly seq: number;
  readonly status: RunStatus;
  readonly error: string | null;
  readonly costUsd: number;
  readonly activeMs: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly suspect: boolean;
  readonly solo: boolean;
  /** A suspect's result is among the events: the crashes counted against it were not its doing. */
  readonly acquitted: boolean;
  /** Rows of run_inbox that became these events. */
  readonly inbox: readonly string[];
  readonly events: readonly EventRow[];
  readonly emitted: readonly EmittedRow[];
  /** The places a run gives back with its end, when it had any. */
  readonly slots?: SlotLines;
  readonly signals: readonly RunSignal[];
}
