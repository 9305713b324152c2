import { alert, type Group } from '../rule.ts';
import { grown, hub } from '../select.ts';

/** Each replica reports these of the whole database. */
const max = (series: string, ...by: string[]) => `max${by.length > 0 ? ` by (${by.join(', ')})` : ''} (${hub(series)})`;
const guarded = hub('workflow_alert_starts_total', 'decision="guarded"');
const takenOver = hub('run_takeovers_total');

export const work: readonly Group[] = [
  {
    name: 'work',
    interval: '5s',
    rules: [
      alert({
        name: 'WorkflowQueueStuck',
        severity: 'critical',
        expr: `${max('workflow_queue_oldest_seconds')} > 30`,
        summary: 'Due runs wait for a replica',
        description: 'The oldest due run has waited longer than 30 seconds: no replica has room, or none takes work.',
        value: '{{ $value | humanizeDuration }}',
        threshold: '30s',
        dashboard: 'system-health',
      }),
      { record: 'workflow_id:schedule_overdue:seconds', expr: `time() - ${max('workflow_schedule_next_due_seconds', 'workflow_id')}` }, // prettier-ignore
      alert({
        name: 'ScheduleMissed',
        severity: 'critical',
        // The hub moves the time on when it starts the run: while it lies back, the run was due and did not start.
        expr: 'workflow_id:schedule_overdue:seconds > 60',
        summary: 'Workflow {{ $labels.workflow_id }} did not start',
        description: '{{ $labels.workflow_id }} was due by its schedule and no replica has started it.',
        value: '{{ $value | humanizeDuration }} overdue',
        threshold: '60s overdue',
        dashboard: 'workflow-overview',
      }),
      alert({
        name: 'AlertStartsGuarded',
        severity: 'warning',
        expr: `${grown(guarded, '5m', 'workflow_id')} > 0`,
        for: '0s',
        summary: 'Alerts start {{ $labels.workflow_id }} too often',
        description:
          'The guard of {{ $labels.workflow_id }} dropped starts: more alerts than `guard.max` in its window asked for a run.',
        value: '{{ $value | humanize }} starts dropped in 5 minutes',
        threshold: 'none',
        dashboard: 'workflow-overview',
      }),
    ],
  },
  {
    name: 'work-slow',
    interval: '15s',
    rules: [
      alert({
        name: 'ApprovalBacklog',
        severity: 'warning',
        expr: `${max('approvals_pending')} > 10`,
        for: '30m',
        summary: 'Approvals pile up',
        description: 'More than ten approvals have waited for a decision for half an hour. Their runs stand still.',
        value: '{{ $value | humanize }} approvals',
        threshold: '10 for 30 minutes',
        dashboard: 'workflow-overview',
      }),
      alert({
        name: 'ApprovalWaitLong',
        severity: 'ticket',
        expr:
          `histogram_quantile(0.5, ${grown(hub('workflow_approval_wait_time_bucket'), '1d', 'workflow_id', 'le')}) > 14400 ` +
          `and ${grown(hub('workflow_approval_wait_time_count'), '1d', 'workflow_id')} > 4.5`,
        for: '15m',
        summary: 'Approvals of {{ $labels.workflow_id }} take long',
        description: 'Half of the approvals of {{ $labels.workflow_id }} of the last day waited longer than the value.',
        value: '{{ $value | humanizeDuration }} (median)',
        threshold: '4h (median) of at least 5 approvals in 1 day',
        dashboard: 'workflow-overview',
      }),
      alert({
        name: 'RunTakeoversFrequent',
        severity: 'warning',
        // One replica that dies hands over all its runs at once; this is about the third time in a quarter of an hour.
        expr: ['', ' offset 5m', ' offset 10m']
          .map((ago) => `sum (increase(${takenOver}[5m]${ago})) > 0`)
          .join(' and '),
        for: '0s',
        keep: '10m',
        summary: 'Replicas keep losing their runs',
        description:
          'In each of the last three spans of 5 minutes runs were taken over from a replica that fell silent.',
        value: '{{ $value | humanize }} runs in 5 minutes',
        threshold: 'take-overs in three spans of 5 minutes in a row',
        dashboard: 'system-health',
      }),
    ],
  },
];
