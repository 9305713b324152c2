import {
  type AttemptTelemetry,
  EngineTelemetry,
  type RootContext,
  type RunFacts,
  type RunTelemetry,
  type TraceIds,
} from './engine-telemetry.js';

/** Says nothing: what the engine speaks to where telemetry is switched off. */
export class SilentTelemetry extends EngineTelemetry {
  follow(run: RunFacts): RunTelemetry {
    return new SilentRun(run);
  }

  knowWorkflows(): void {}
  knowAgent(): void {}
}

class SilentRun implements RunTelemetry {
  readonly root: RootContext;
  readonly #attempt: AttemptTelemetry;

  constructor(run: TraceIds) {
    this.root = { traceId: run.traceId, spanId: run.spanId, sampled: false };
    // Nobody records it, so nobody else should on our account: the sampled flag is off.
    const traceparent = `00-${run.traceId}-${run.spanId}-00`;
    this.#attempt = { traceparent, within: (work) => work(), ended: () => undefined, left: () => undefined };
  }

  attempt(): AttemptTelemetry {
    return this.#attempt;
  }

  within<T>(work: () => T): T {
    return work();
  }

  started(): void {}
  takenOver(): void {}
  retryScheduled(): void {}
  decided(): void {}
  waited(): void {}
  costReported(): void {}
  attemptLost(): void {}
  ended(): void {}
}
