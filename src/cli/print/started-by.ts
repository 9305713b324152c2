import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { WorkflowSummary } from '../hub/shapes.js';

type Starters = Pick<WorkflowSummary, 'schedules' | 'events' | 'webhooks'>;

/** What starts runs, as people call it: cron lines, types of events, and where other services send to. */
export function startedBy({ schedules, events, webhooks }: Starters): string {
  return [...schedules, ...events, ...webhooks.map((path) => `/hooks/${path}`)].join(', ');
}

/** The same, of a definition. */
export function startersOf({ on }: Pick<WorkflowDefinition, 'on'>): Starters {
  return {
    schedules: (on?.schedule ?? []).map(({ cron }) => cron),
    events: (on?.event ?? []).map(({ type }) => type),
    webhooks: [...new Set((on?.webhook ?? []).map(({ path }) => path))],
  };
}
