import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { otherWorkflow } from './names.js';

/**
 * Which workflows stand on metrics by their own name. The SDK never forgets a label value, so places are given once, first
 * come first served, and never taken back: at most `telemetry.workflowLabelBudget` names, and `_other` for the rest.
 */
@Injectable()
export class WorkflowLabels {
  readonly #named = new Set<string>();
  readonly #budget: number;

  constructor(@Inject(CONFIG) config: Pick<Config, 'telemetry'>) {
    this.#budget = config.telemetry.workflowLabelBudget;
  }

  labelOf(workflow: string): string {
    if (this.#named.has(workflow)) return workflow;
    if (this.#named.size >= this.#budget) return otherWorkflow;
    this.#named.add(workflow);
    return workflow;
  }
}
