import { Injectable } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { EngineTelemetry, type RunFacts, type RunTelemetry } from '../engine-telemetry.js';
import { computeCost, labelValues, tracerName } from '../names.js';
import { WorkflowLabels } from '../workflow-labels.js';
import { bornAtZero, EngineMetrics, takenFromDead } from './engine-metrics.js';
import { type Instruments, OtelRun } from './otel-run.js';
import { RunTrace } from './run-trace.js';

/** Kinds of cost that agents may make up before the rest shares one series. */
const mostKinds = 20;
const otherKind = '_OTHER';

/** What the engine says, as OpenTelemetry spans and metrics. */
@Injectable()
export class OtelTelemetry extends EngineTelemetry implements Instruments {
  readonly #tracer = trace.getTracer(tracerName);
  readonly #titles = new Map<string, string>();
  readonly #kinds = new Set<string>();

  constructor(
    readonly metrics: EngineMetrics,
    private readonly labels: WorkflowLabels,
  ) {
    super();
    bornAtZero(metrics.runTakeovers, [takenFromDead]);
  }

  follow(run: RunFacts, startedAt: number): RunTelemetry {
    return new OtelRun(run, new RunTrace(this.#tracer, run, startedAt), this);
  }

  knowWorkflows(workflows: readonly { readonly id: string; readonly triggers: readonly string[] }[]): void {
    for (const { id, triggers } of workflows) {
      const workflow_id = this.labelOf(id);
      const ends = labelValues.runStatus.flatMap((status) => triggers.map((trigger) => ({ status, trigger })));
      bornAtZero(this.metrics.workflowRuns, ends.map((end) => ({ workflow_id, ...end }))); // prettier-ignore
      bornAtZero(this.metrics.workflowExecutionSeconds, [{ workflow_id }]);
      bornAtZero(this.metrics.workflowCostUsd, [{ workflow_id, kind: computeCost }]);
    }
  }

  knowAgent({ id, title, actions }: { id: string; title: string; actions: readonly string[] }): void {
    this.#titles.set(id, title);
    for (const action of actions) {
      const labels = { agent_id: id, action };
      bornAtZero(this.metrics.agentRuns, labelValues.agentStatus.map((status) => ({ ...labels, status }))); // prettier-ignore
      bornAtZero(this.metrics.agentErrors, labelValues.errorType.map((error_type) => ({ ...labels, error_type }))); // prettier-ignore
      bornAtZero(this.metrics.agentRetries, [labels]);
    }
  }

  labelOf(workflow: string): string {
    return this.labels.labelOf(workflow);
  }

  kindOf(kind: string): string {
    // The hub's own kind is not an agent's to add to.
    if (kind === computeCost || (!this.#kinds.has(kind) && this.#kinds.size >= mostKinds)) return otherKind;
    this.#kinds.add(kind);
    return kind;
  }

  titleOf(agent: string): string {
    return this.#titles.get(agent) ?? agent;
  }
}
