import { Injectable } from '@nestjs/common';
import { Definitions } from '../definitions/index.js';
import { names, WorkflowLabels } from '../telemetry/index.js';
import { objectivesOf } from '../workflow/index.js';
import { rulesText, type WorkflowSlo } from './workflow-rules.js';

/** What the enabled workflows of this hub promise. */
@Injectable()
export class WorkflowSlos {
  constructor(
    private readonly definitions: Definitions,
    private readonly labels: WorkflowLabels,
  ) {}

  /** In the order of the workflows. */
  list(): WorkflowSlo[] {
    return this.definitions
      .current()
      .filter(({ enabled }) => enabled)
      .flatMap(({ plan }) =>
        objectivesOf(plan.definition).map((objective) => ({
          ...objective,
          workflow: plan.id,
          slo: `${plan.id}-${objective.kind}`,
        })),
      );
  }

  /** Whether its runs are counted by its own name: in `_other` nobody can tell them from those of other workflows. */
  isMeasured({ workflow }: WorkflowSlo): boolean {
    return this.labels.labelOf(workflow) !== names.otherWorkflow;
  }

  measured(): WorkflowSlo[] {
    return this.list().filter((slo) => this.isMeasured(slo));
  }

  rules(): string {
    return rulesText(this.measured());
  }

  onChange(listener: () => void): void {
    this.definitions.onChange(listener);
  }
}
