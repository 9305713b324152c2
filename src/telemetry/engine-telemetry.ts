/** Ids of the trace that a run is, allocated when it is created (W3C trace context: 16 and 8 bytes, hex). */
export interface TraceIds {
  readonly traceId: string;
  readonly spanId: string;
}

export interface RunFacts extends TraceIds {
  readonly runId: string;
  readonly workflow: string;
  readonly version: string;
  readonly trigger: string;
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

/**
 * The port through which the engine says what happens. It is called after the fact is durable, must not throw, and must
 * return at once. The engine knows no OpenTelemetry.
 */
export abstract class EngineTelemetry {
  abstract runStarted(run: RunFacts, lagMs: number): void;
  abstract runEnded(run: RunFacts, status: string, took: Interval, activeMs: number, costUsd: number): void;
  /** `status`: succeeded, failed, timed_out, cancelled. `errorType` where it did not succeed. */
  abstract attemptEnded(run: RunFacts, attempt: AttemptFacts, status: string, took: Interval, errorType?: string): void;
  abstract retryScheduled(run: RunFacts, attempt: AttemptFacts): void;
  abstract takenOver(runs: number, reason: string): void;
}

/** Says nothing: what the engine speaks to where telemetry is switched off. */
export class SilentTelemetry extends EngineTelemetry {
  runStarted(): void {}
  runEnded(): void {}
  attemptEnded(): void {}
  retryScheduled(): void {}
  takenOver(): void {}
}
