import type { SlotRequest } from '../slots/slot-request.js';
import type { RunStatus, StepState, Trigger } from '../../workflow/index.js';

export interface StartRequest {
  readonly workflow: string;
  readonly version?: string;
  /** The version must be the current one: whoever asks may start no other. */
  readonly onlyCurrent?: boolean;
  readonly input: unknown;
  readonly trigger: Trigger;
  /** One key starts at most one run of a workflow and trigger kind. `fingerprint`: of the request, to tell a reuse. */
  readonly dedupe?: { readonly key: string; readonly fingerprint?: string };
  /** Places the trigger asks for, beside that of the workflow's `concurrency`. */
  readonly slots?: readonly SlotRequest[];
  /** rerun from a step: what other steps came to before. */
  readonly kept?: Readonly<Record<string, StepState>>;
  /** The trace that the run becomes part of; default: one of its own. */
  readonly traceId?: string;
  /** W3C trace context of what asked for the run: linked from its trace. */
  readonly traceparent?: string;
}

export interface StartedRun {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly createdAt: Date;
  /** The key was used before: this is the run it started then. */
  readonly duplicate: boolean;
}
