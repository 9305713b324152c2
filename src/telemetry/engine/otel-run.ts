import { type Context, context, type Span } from '@opentelemetry/api';
import { formatTraceparent } from '../detached.js';
import type {
  AttemptFacts,
  AttemptTelemetry,
  FailureFacts,
  Interval,
  RootContext,
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
  constructor(
    private readonly run: RunFacts,
    private readonly trace: RunTrace,
    private readonly shared: Instruments,
  ) {}

  get root(): RootContext {
    const { traceId, spanId, sampled } = this.trace;
    return { traceId, spanId, sampled };
  }

  started(lagMs: number): void {
    this.shared.metrics.workflowTriggerLag.record(Math.max(0, lagMs) / 1000, { trigger: this.run.trigger });
  }

  attempt(facts: AttemptFacts, at: number): AttemptTelemetry {
    const [span, active] = this.trace.startAttempt(facts, this.shared.titleOf(facts.agent), at);
    return new OtelAttempt(this, facts, at, span, active);
  }

  attemptEnded(facts: AttemptFacts, span: Span, status: string, took: Interval, failure?: FailureFacts): void {
    this.trace.endAttempt(span, status, took, failure);
    const { agentRuns, agentDuration, agentErrors } = this.shared.metrics;
    const labels = { agent_id: facts.agent, action: facts.action, status };
    agentRuns.add(1, labels);
    agentDuration.record(Math.max(0, took.to - took.from) / 1000, labels);
    if (failure === undefined || status === 'cancelled') return;
    agentErrors.add(1, { agent_id: facts.agent, action: facts.action, error_type: errorTypeLabel(failure.type) });
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

  decided(step: string, decision: string, took: Interval): void {
    const label = decisionLabels[decision] ?? 'cancelled';
    const workflow_id = this.shared.labelOf(this.run.workflow);
    const seconds = Math.max(0, took.to - took.from) / 1000;
    this.shared.metrics.workflowApprovalWait.record(seconds, { workflow_id, decision: label });
    this.trace.decided(step, label, took);
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
}

/** How an approval ended, in the words of its status. */
const decisionLabels: Readonly<Record<string, string>> = {
  approve: 'approved',
  reject: 'rejected',
  expired: 'expired',
  cancelled: 'cancelled',
};

class OtelAttempt implements AttemptTelemetry {
  constructor(
    private readonly run: OtelRun,
    private readonly facts: AttemptFacts,
    private readonly startedAt: number,
    private readonly span: Span,
    private readonly active: Context,
  ) {}

  get traceparent(): string {
    return formatTraceparent(this.span.spanContext());
  }

  within<T>(work: () => T): T {
    return context.with(this.active, work);
  }

  ended(status: string, at: number, failure?: FailureFacts): void {
    this.run.attemptEnded(this.facts, this.span, status, { from: this.startedAt, to: at }, failure);
  }

  /** The span says so, and no metric does. */
  left(at: number): void {
    this.span.setAttributes({
      [attribute.agentStatus]: 'cancelled',
      [attribute.agentDurationMs]: at - this.startedAt,
      [attribute.errorType]: 'lost',
    });
    this.span.end(at);
  }
}
