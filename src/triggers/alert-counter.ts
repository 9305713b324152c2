import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Definitions } from '../definitions/index.js';
import { MetricService, names, WorkflowLabels } from '../telemetry/index.js';

type Counted = (typeof names.labelValues.alertDecision)[number];

/** Counts what became of alerts; the alert on dropped ones derives from it. */
@Injectable()
export class AlertCounter implements OnModuleInit {
  readonly #counter: ReturnType<MetricService['getCounter']>;

  constructor(
    private readonly definitions: Definitions,
    private readonly labels: WorkflowLabels,
    meters: MetricService,
  ) {
    const { name, unit, description } = names.instruments.workflowAlertStarts;
    this.#counter = meters.getCounter(name, { unit, description });
  }

  onModuleInit(): void {
    this.#bear();
    this.definitions.onChange(() => this.#bear());
  }

  count(workflow: string, decision: Counted): void {
    this.#add(workflow, decision, 1);
  }

  /** A series that does not exist has no increase: its first drop would go unseen. */
  #bear(): void {
    for (const { plan, enabled } of this.definitions.current()) {
      if (!enabled || plan.definition.on?.alert === undefined) continue;
      for (const decision of names.labelValues.alertDecision) this.#add(plan.id, decision, 0);
    }
  }

  #add(workflow: string, decision: Counted, value: number): void {
    this.#counter.add(value, { workflow_id: this.labels.labelOf(workflow), decision });
  }
}
