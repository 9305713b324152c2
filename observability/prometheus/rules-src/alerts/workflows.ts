import { alert, type Group } from '../rule.ts';
import { grown, hub } from '../select.ts';

const ended = hub('workflow_runs_total', 'status=~"succeeded|failed"');
const failed = hub('workflow_runs_total', 'status="failed"');
const share = (...by: string[]) => `${grown(failed, '1m', ...by)} / ${grown(ended, '1m', ...by)}`;

/** What `increase` makes of 3 runs stays below, of 4 above: it reckons a little more than was counted. */
const atLeastFour = 3.5;

/** Each ratio and its alert in one group: in two, the alert would look at the ratio of the evaluation before. */
export const workflows: readonly Group[] = [
  {
    name: 'workflows',
    interval: '5s',
    rules: [
      { record: 'workflow:failure_ratio:rate1m', expr: share() },
      alert({
        name: 'WorkflowFailureRatioHigh',
        severity: 'critical',
        expr: `workflow:failure_ratio:rate1m > 0.2 and ${grown(ended, '1m')} > ${atLeastFour}`,
        summary: 'Workflows fail',
        description: 'Of all runs that ended in the last minute more than a fifth failed. Cancelled runs do not count.',
        value: '{{ $value | humanizePercentage }} of runs',
        threshold: '20% of at least 4 runs in 1 minute',
        dashboard: 'workflow-overview',
      }),
      { record: 'workflow_id:failure_ratio:rate5m', expr: share('workflow_id').replaceAll('[1m]', '[5m]') },
      alert({
        name: 'WorkflowFailing',
        severity: 'warning',
        expr: `workflow_id:failure_ratio:rate5m > 0.5 ` + `and ${grown(failed, '5m', 'workflow_id')} > 2.5`,
        summary: 'Workflow {{ $labels.workflow_id }} fails',
        description:
          'More than half of the runs of {{ $labels.workflow_id }} that ended in the last 5 minutes failed, and at least 3.',
        value: '{{ $value | humanizePercentage }} of runs',
        threshold: '50%, and 3 failed runs in 5 minutes',
        dashboard: 'workflow-overview',
      }),
    ],
  },
];
