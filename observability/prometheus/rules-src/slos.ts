import { burnRateGroup } from '../../../src/slo/burn-rate.ts';
import { runbookOf } from '../../../src/slo/runbook.ts';
import { served } from './alerts/http.ts';
import { dashboardAt, type Dashboard, type Group } from './rule.ts';
import { hub } from './select.ts';

interface Objective {
  readonly slo: string;
  readonly objective: number;
  readonly good: string;
  readonly all: string;
  readonly summary: string;
  readonly description: string;
  readonly dashboard: Dashboard;
}

const ended = 'status=~"succeeded|failed"';

/** The hub's own objectives. Those of workflows are written by the hub itself, by the same generator. */
const objectives: readonly Objective[] = [
  {
    slo: 'workflow-success',
    objective: 0.99,
    good: hub('workflow_runs_total', 'status="succeeded"'),
    all: hub('workflow_runs_total', ended),
    summary: 'Workflows fail too often for their objective',
    description: '99% of runs are to succeed; cancelled ones do not count.',
    dashboard: 'workflow-overview',
  },
  {
    slo: 'api-availability',
    objective: 0.999,
    good: hub('http_server_request_duration_count', served, 'http_response_status_code!~"5.."'),
    all: hub('http_server_request_duration_count', served),
    summary: 'The hub answers with errors too often for its objective',
    description: '99.9% of requests are to be answered without a 5xx.',
    dashboard: 'system-health',
  },
  {
    slo: 'api-latency',
    objective: 0.95,
    good: hub('http_server_request_duration_bucket', served, 'le="0.5"'),
    all: hub('http_server_request_duration_count', served),
    summary: 'The hub answers too slowly for its objective',
    description: '95% of requests are to be answered within 500 ms.',
    dashboard: 'system-health',
  },
  {
    slo: 'agent-success',
    objective: 0.98,
    good: hub('agent_runs_total', 'status="succeeded"'),
    all: hub('agent_runs_total', 'status!="cancelled"'),
    summary: 'Attempts of steps fail too often for their objective',
    description: '98% of attempts are to succeed; cancelled ones do not count.',
    dashboard: 'agent-performance',
  },
];

const total = (selector: string) => (window: string) => `sum(increase(${selector}[${window}]))`;

export const slo: readonly Group[] = objectives.map(({ good, all, dashboard, ...objective }) =>
  burnRateGroup({
    ...objective,
    name: `slo-${objective.slo}`,
    // `or 0 *`: where nothing was ever good there is no series of it.
    errorRatio: (window) => `1 - (${total(good)(window)} or 0 * ${total(all)(window)}) / ${total(all)(window)}`,
    count: total(all),
    runbook: runbookOf,
    dashboard: dashboardAt(dashboard),
  }),
);
