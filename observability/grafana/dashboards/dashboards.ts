import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { agentPerformance } from './agent-performance.ts';
import { costTracking } from './cost-tracking.ts';
import { systemHealth } from './system-health.ts';
import { workflowOverview } from './workflow-overview.ts';

const dashboards: readonly Dashboard[] = [workflowOverview, agentPerformance, systemHealth, costTracking];

/** Name and text of every generated file. */
export const files: ReadonlyMap<string, string> = new Map(
  dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard, null, 2)}\n`]),
);
