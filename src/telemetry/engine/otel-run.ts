import { type Context, context, type Span } from '@opentelemetry/api';
import { formatTraceparent } from '../detached.js';
import type {
  AttemptFacts,
  AttemptTelemetry,
  FailureFacts,
  Interval,
  RunEnding,
  RunFacts,
  RunTelemetry,
} from '../engine-telemetry.js';
import { attribute, computeCost } from '../names.js';
import { type EngineMetrics, errorTypeLabel, takenFromDead } from './engine-metrics.js';
import type { RunTrace } from './run-trace.js';

/** What the runs of a replica share. */
export interface Instruments {
  readonly metrics: EngineMetrics;
  labelOf(workflow: string): string;
  /** A label, however many kinds agents make up. */
  kindOf(kind: string): string;
  titleOf(agent: string): string;
}

export class OtelRun implements RunTelemetry {
  /** In flight here. */
  readonly #attempts = new Set<OtelAttempt>();

  constructor(
    private readonly run: RunFacts,
    private readonly trace: RunTrace,
    private readonly shared: Instruments,
  ) {}

  started(lagMs: number): void {
    this.shared.metrics.workflowTriggerLag.record(Math.max(0, lagMs) / 1000, { trigger: this.run.trigger });
  }

  attempt(facts: AttemptFacts, at: number): AttemptTelemetry {
    const [span, active] = this.trace.startAttempt(facts, this.shared.titleOf(facts.agent), at);
    const attempt = new OtelAttempt(span, active, (status, took, failure) => {
      this.#attempts.delete(attempt);
      this.trace.endAttempt(span, status, took, failure);
      this.#count(facts, status, took, failure?.type);
    });
    this.#attempts.add(attempt);
    return attempt;
  }

  #count({ agent, action }: AttemptFacts, status: string, took: Interval, errorType: string | undefined): void {
    const { agentRuns, agentDuration, agentErrors } = this.shared.metrics;
    const labels = { agent_id: agent, action, status };
    agentRuns.add(1, labels);
    agentDuration.record(Math.max(0, took.to - took.from) / 1000, labels);
    if (errorType !== undefined && status !== 'cancelled') {
      agentErrors.add(1, { agent_id: agent, action, error_type: errorTypeLabel(errorType) });
    }
  }

  takenOver(): void {
    this.shared.metrics.runTakeovers.add(1, takenFromDead);
  }

  attemptLost({ agent, action }: AttemptFacts, errorType: string): void {
    this.shared.metrics.agentErrors.add(1, { agent_id: agent, action, error_type: errorTypeLabel(errorType) });
  }

  retryScheduled({ agent, action }: AttemptFacts): void {
    this.shared.metrics.agentRetries.add(1, { agent_id: agent, action });
  }

  waited(step: string, timer: string, took: Interval): void {
    this.trace.waited(step, timer, took);
  }

  costReported(usd: number, kind: string): void {
    const workflow_id = this.shared.labelOf(this.run.workflow);
    this.shared.metrics.workflowCostUsd.add(usd, { workflow_id, kind: this.shared.kindOf(kind) });
  }

  ended(ending: RunEnding): void {
    const { status, took, activeMs, computeUsd } = ending;
    const { workflowRuns, workflowDuration, workflowExecutionSeconds, workflowCostUsd } = this.shared.metrics;
    const workflow_id = this.shared.labelOf(this.run.workflow);
    workflowRuns.add(1, { workflow_id, status, trigger: this.run.trigger });
    workflowDuration.record(Math.max(0, took.to - took.from) / 1000, { workflow_id, status });
    workflowExecutionSeconds.add(activeMs / 1000, { workflow_id });
    workflowCostUsd.add(computeUsd, { workflow_id, kind: computeCost });
    this.trace.end(ending);
  }

  within<T>(work: () => T): T {
    return context.with(this.trace.context, work);
  }

  left(): void {
    const at = Date.now();
    for (const attempt of this.#attempts) attempt.leave(at);
    this.#attempts.clear();
  }
}

class OtelAttempt implements AttemptTelemetry {
  readonly #since = Date.now();

  constructor(
    private readonly span: Span,
    private readonly active: Context,
    readonly ended: (status: string, took: Interval, failure?: FailureFacts) => void,
  ) {}

  get traceparent(): string {
    return formatTraceparent(this.span.spanContext());
  }

  within<T>(work: () => T): T {
    return context.with(this.active, work);
  }

  /** Its result, if there is one, counts for nothing: the span says so and no metric does. */
  leave(at: number): void {
    this.span.setAttributes({ [attribute.agentStatus]: 'cancelled', [attribute.agentDurationMs]: at - this.#since });
    this.span.setAttribute(attribute.errorType, 'lost');
    this.span.end(at);
  }
}
