/** Ids of the trace that a run is, allocated when it is created (W3C trace context: 16 and 8 bytes, hex). */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** The root of a run's trace; `sampled`: its spans are recorded. */
export interface RootContext extends TraceIds {
  readonly sampled: boolean;
}

export interface RunFacts extends TraceIds {
  readonly runId: string;
  readonly workflow: string;
  /** For people. */
  readonly name: string;
  readonly version: string;
  readonly trigger: string;
  /** Root span of the run, in the same trace, that this one is a step of. */
  readonly parent?: { readonly spanId: string; readonly sampled: boolean } | undefined;
  /** W3C trace context of what asked for the run: linked from its trace, never its parent. */
  readonly traceparent?: string | undefined;
}

export interface AttemptFacts {
  readonly step: string;
  readonly attempt: number;
  readonly agent: string;
  readonly action: string;
}

/** Milliseconds since 1970. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Why something did not succeed; the message holds no secrets. */
export interface FailureFacts {
  readonly type: string;
  readonly code: string;
  readonly message: string;
}

export interface RunEnding {
  readonly status: string;
  readonly took: Interval;
  /** Time with at least one step executing. */
  readonly activeMs: number;
  /** What that time costs at the workflow's rate. */
  readonly computeUsd: number;
  readonly error?: FailureFacts | undefined;
}

/** One attempt while it is in flight here. */
export interface AttemptTelemetry {
  /** W3C trace context for what the agent calls. */
  readonly traceparent: string;
  /** Whatever `work` does, now or later, belongs to this attempt: calls it makes, lines it logs. */
  within<T>(work: () => T): T;
  /** `status`: succeeded, failed, timed_out, cancelled. Told once, when the result is durable. `at`: ms since 1970. */
  ended(status: string, at: number, failure?: FailureFacts): void;
  /** Instead: the run left this replica's memory, and whatever comes of the attempt counts for nothing. */
  left(at: number): void;
}

/** One run while it is in the memory of this replica. What happened is told after it is durable. */
export interface RunTelemetry {
  readonly root: RootContext;
  /** `lagMs`: from the moment the run was due to the start of its first step. */
  started(lagMs: number): void;
  /** Called before the agent is. */
  attempt(attempt: AttemptFacts, at: number): AttemptTelemetry;
  retryScheduled(attempt: AttemptFacts): void;
  /** The wait for a retry is over. */
  waited(step: string, timer: string, took: Interval): void;
  /** The wait for a decision is over: approve, reject, expired, cancelled. */
  decided(step: string, decision: string, took: Interval): void;
  costReported(usd: number, kind: string): void;
  /** From a replica that died. */
  takenOver(): void;
  /** Failed for good without an attempt of its own here: lost with its process, or quarantined. */
  attemptLost(attempt: AttemptFacts, errorType: string): void;
  ended(ending: RunEnding): void;
  /** What `work` logs belongs to the run. */
  within<T>(work: () => T): T;
}

/**
 * The port through which the engine says what happens. It must not throw, and must return at once. The engine knows no
 * OpenTelemetry.
 */
export abstract class EngineTelemetry {
  /** `startedAt`: of the run, wherever that was; ms since 1970. */
  abstract follow(run: RunFacts, startedAt: number): RunTelemetry;
  /** Their series are born at 0. First come, first labelled: see WorkflowLabels. */
  abstract knowWorkflows(workflows: readonly { readonly id: string; readonly triggers: readonly string[] }[]): void;
  abstract knowAgent(agent: { readonly id: string; readonly title: string; readonly actions: readonly string[] }): void;
}
