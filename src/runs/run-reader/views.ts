import type { Failure, RunEvent, RunStatus, StepStatus, Trigger, Wait } from '../../workflow/index.js';

/** What the outside sees of runs. Times are ISO 8601; what is not there yet is null. */
export interface RunSummary {
  readonly id: string;
  readonly workflow: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly trigger: Trigger;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: Failure | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly traceId: string | null;
  readonly cost: { readonly usd: number; readonly activeSeconds: number };
}

/** What a list for people says of a run. */
export interface RunLine {
  readonly id: string;
  readonly workflow: string;
  readonly status: RunStatus;
  readonly trigger: Pick<Trigger, 'kind' | 'by' | 'of' | 'parent'>;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly usd: number;
}

export interface RunView extends RunSummary {
  readonly steps: readonly StepView[];
}

/** The number of its last event, and of its last log line as text: that may be beyond 2^53. */
export interface RunPosition {
  readonly seq: number;
  readonly status: RunStatus;
  readonly lastLog: string | null;
}

/** A run as a person wants to read it. */
export interface RunStory {
  readonly run: RunView;
  /** Of the workflow, in the version the run is on. */
  readonly name: string;
  readonly events: readonly RunEvent[];
  /** Ids of its steps of `finally`. */
  readonly finals: ReadonlySet<string>;
}

export interface StepView {
  readonly id: string;
  readonly path: string;
  readonly status: StepStatus;
  readonly attempt: number;
  readonly uses: string;
  readonly output: unknown;
  /** There is an output, and it is not given here: the run has too many bytes of them, or its items have it. */
  readonly outputLeftOut?: {
    /** Of what the log has of it. */
    readonly bytes: number;
    /** Where it is. */
    readonly href: string;
  };
  readonly error: Failure | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** While it waits: what for, and until when at the latest. */
  readonly wait?: {
    readonly kind: Wait['kind'];
    readonly until: string | null;
    /** workflow: the other run. */
    readonly run?: string;
    readonly message?: string;
    readonly approvers?: readonly string[];
  };
}

/** An entry of the run's log; beside these four it holds what its type holds. */
export interface RunEventView {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly [field: string]: unknown;
}

export interface LogLineView {
  readonly seq: number;
  readonly at: string;
  readonly level: string;
  readonly step: string;
  readonly attempt: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back to get what comes next; null at the end. */
  readonly nextCursor: string | null;
}
