import type { Problem } from '../errors/index.js';
import type { Plan } from '../workflow/index.js';
import type { StoredWorkflow } from './stored-workflows.js';
import type { WorkflowSource } from './workflow.entity.js';

export interface WorkflowSummary {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly version: string;
  /** It starts runs: nobody disabled it, and its file or plugin is there. */
  readonly enabled: boolean;
  /** Who disabled it. */
  readonly disabledBy?: string;
  /** Its file was deleted, or its plugin is not loaded. */
  readonly gone: boolean;
  readonly source: WorkflowSource;
  readonly file?: string;
  readonly plugin?: string;
  readonly steps: number;
  /** Cron lines, types of events, and paths below /hooks/, that start it. */
  readonly schedules: readonly string[];
  readonly events: readonly string[];
  readonly webhooks: readonly string[];
  readonly updatedAt: Date;
  /** Why its file as it is now did not become its version. */
  readonly problems?: readonly Problem[];
}

export function summaryOf(plan: Plan, stored: StoredWorkflow, problems?: readonly Problem[]): WorkflowSummary {
  const { description, on } = plan.definition;
  const { source, file, plugin, gone, disabledBy, updatedAt, version } = stored;
  return {
    id: plan.id,
    name: plan.name,
    ...(description !== undefined && { description }),
    version,
    enabled: isEnabled(stored),
    ...(disabledBy !== null && { disabledBy }),
    gone,
    source,
    ...(file !== null && { file }),
    ...(plugin !== null && { plugin }),
    steps: plan.steps.size,
    schedules: (on?.schedule ?? []).map(({ cron }) => cron),
    events: (on?.event ?? []).map(({ type }) => type),
    webhooks: [...new Set((on?.webhook ?? []).map(({ path }) => path))],
    updatedAt,
    ...(problems !== undefined && { problems }),
  };
}

export function isEnabled({ enabled, gone }: StoredWorkflow): boolean {
  return enabled && !gone;
}
