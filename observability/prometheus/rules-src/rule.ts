import { runbookOf } from '../../../src/slo/runbook.ts';

/** What a file of rules is made of, as Prometheus reads it. */
interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

const dashboards = 'http://127.0.0.1:3003/d';
export type Dashboard = 'workflow-overview' | 'agent-performance' | 'system-health' | 'cost-tracking';
export const dashboardAt = (dashboard: Dashboard) => `${dashboards}/${dashboard}`;

/** critical: somebody is called. warning: somebody looks today. ticket: it goes on a list. */
type Severity = 'critical' | 'warning' | 'ticket';

/** The scrape job of hubs. As a label of their alerts it lets `HubDown` mute what only follows from it. */
export const hubJob = 'commandcenter';

interface Alert {
  readonly name: string;
  readonly severity: Severity;
  readonly expr: string;
  /** How long it must be true: 10 s, that one odd evaluation calls nobody. */
  readonly for?: string;
  /** How long it stays when it is no longer true, against flapping. */
  readonly keep?: string;
  readonly job?: string | null;
  readonly summary: string;
  readonly description: string;
  /** How the value reads, as a template: of `$value` and its filters. */
  readonly value?: string;
  readonly threshold?: string;
  readonly dashboard: Dashboard;
}

export function alert({ job = hubJob, keep = '2m', ...given }: Alert): AlertRule {
  return {
    alert: given.name,
    expr: given.expr,
    for: given.for ?? '10s',
    keep_firing_for: keep,
    labels: { severity: given.severity, ...(job !== null && { job }) },
    annotations: {
      summary: given.summary,
      description: given.description,
      runbook_url: runbookOf(given.name),
      dashboard_url: dashboardAt(given.dashboard),
      ...(given.value !== undefined && { value: given.value }),
      ...(given.threshold !== undefined && { threshold: given.threshold }),
    },
  };
}
