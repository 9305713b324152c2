import { instruments } from '../../../../src/telemetry/names.ts';
import { born, fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const of = (instance = 'hub:9464') => `job="commandcenter", instance="${instance}"`;
const queue = (instance?: string) => `workflow_queue_oldest_seconds{${of(instance)}}`;
const due = (workflow: string, instance?: string) =>
  `workflow_schedule_next_due_seconds{${of(instance)}, workflow_id="${workflow}"}`;
const starts = (decision: string) => `workflow_alert_starts_total{${of()}, workflow_id="heal", decision="${decision}"}`;
const pending = (instance?: string) => `approvals_pending{${of(instance)}}`;
const hour = 3_600;
/** Every series that a hub prints of it: how many waited for up to four hours, and how many at all. */
function waits(upTo4h: string, all: string, decision = 'approved') {
  const { name, boundaries } = instruments.workflowApprovalWait;
  const labels = `${of()}, workflow_id="deploy", decision="${decision}"`;
  const buckets = [...boundaries, Infinity].map((le) => [
    `${name}_bucket{${labels}, le="${le === Infinity ? '+Inf' : le}"}`,
    le <= 4 * hour ? upTo4h : all,
  ]);
  return Object.fromEntries([...buckets, [`${name}_count{${labels}}`, all]]) as Record<string, string>;
}
const takeovers = `run_takeovers_total{${of()}, reason="dead"}`;

export const work: readonly Scenario[] = [
  {
    alert: 'WorkflowQueueStuck',
    says: 'a run waits, seen by two replicas, then starts',
    series: { [queue('a:9464')]: '0 5+5x10 0x60', [queue('b:9464')]: '0 5+5x10 0x60' },
    checks: [fires('50s', { value: '50s' }), resolved('3m30s')],
  },
  {
    alert: 'WorkflowQueueStuck',
    says: 'a run waits for 30 seconds again and again, and no longer',
    series: { [queue()]: '30x48' },
    checks: [quiet('2m')],
  },
  {
    alert: 'WorkflowQueueStuck',
    says: 'the hub was down for five minutes: what waited is started when it is back',
    series: { [queue()]: '0x5 stale _x60 300 301 0x30' },
    checks: [quiet('5m40s'), quiet('5m50s'), quiet('7m')],
  },
  {
    alert: 'WorkflowQueueStuck',
    says: 'one of two replicas ends while it says that a run waits; the other starts the run',
    series: { [queue('a:9464')]: '0 10+5x6 stale', [queue('b:9464')]: '0 10+5x6 0x40' },
    checks: [quiet('50s'), quiet('2m')],
  },
  { alert: 'WorkflowQueueStuck', says: 'nothing is due', series: { [queue()]: '0x48' }, checks: [noTraffic('2m')] },
  {
    alert: 'ScheduleMissed',
    says: 'a run due at 1m does not start before 4m; another workflow moves on',
    series: { [due('nightly')]: '60x47 86460x60', [due('other')]: '90x17 180x18 270x17 360x17 450x60' },
    checks: [
      quiet('2m'),
      fires('2m30s', { labels: { workflow_id: 'nightly' }, value: '1m 30s overdue' }),
      resolved('6m30s'),
    ],
  },
  {
    alert: 'ScheduleMissed',
    says: 'one replica of two has not looked since: the others know better',
    series: { [due('nightly', 'a:9464')]: '60x60', [due('nightly', 'b:9464')]: '60x11 86460x49' },
    checks: [quiet('3m')],
  },
  {
    alert: 'ScheduleMissed',
    says: 'the hub goes away: HubDown says so, not this',
    series: { [due('nightly')]: '60x8 stale' },
    checks: [quiet('4m')],
  },
  {
    alert: 'ScheduleMissed',
    says: 'the hub is down when it is due, for five minutes, and starts it when it is back',
    series: { [due('nightly')]: '60x6 stale _x60 60 60 86460x60' },
    checks: [quiet('3m'), quiet('5m40s'), quiet('5m50s'), quiet('7m')],
  },
  {
    alert: 'ScheduleMissed',
    says: 'it is late, and then the workflow is disabled, removed, or has another schedule: it ends',
    series: { [due('nightly')]: '60x40 stale', [due('weekly')]: '60x40 604860x60' },
    checks: [
      fires(
        '3m',
        { labels: { workflow_id: 'nightly' }, value: '2m 0s overdue' },
        { labels: { workflow_id: 'weekly' }, value: '2m 0s overdue' },
      ),
      resolved('6m'),
    ],
  },
  {
    alert: 'ScheduleMissed',
    says: 'one of two replicas ends, late by what it saw last',
    series: { [due('nightly', 'a:9464')]: '60x13 stale', [due('nightly', 'b:9464')]: '60x13 86460x60' },
    checks: [quiet('2m30s'), quiet('4m')],
  },
  { alert: 'ScheduleMissed', says: 'no workflow has a schedule', series: {}, checks: [noTraffic('2m')] },
  {
    alert: 'ScheduleMissed',
    says: 'a workflow is new and due later',
    series: { [due('new')]: '_x11 600x40' },
    checks: [born('3m')],
  },
  {
    alert: 'AlertStartsGuarded',
    says: 'the guard drops starts, later no more',
    series: { [starts('guarded')]: '0x11 1+1x4 5x110', [starts('started')]: '0x5 5x121' },
    checks: [
      quiet('55s'),
      fires('1m30s', { labels: { workflow_id: 'heal' }, value: '5 starts dropped in 5 minutes' }),
      resolved('9m30s'),
    ],
  },
  {
    alert: 'AlertStartsGuarded',
    says: 'alerts start it, or wait for their cooldown',
    series: { [starts('guarded')]: '0x60', [starts('started')]: '0+1x60', [starts('cooldown')]: '0+1x60' },
    checks: [quiet('4m')],
  },
  {
    alert: 'AlertStartsGuarded',
    says: 'the first start of all is dropped; the hub was started again and its counter begins at 0',
    series: { [starts('guarded')]: '_x5 0x5 1x20 stale _x6 0x140' },
    checks: [born('1m', { labels: { workflow_id: 'heal' }, value: '1 starts dropped in 5 minutes' }), resolved('11m')],
  },
  { alert: 'AlertStartsGuarded', says: 'no alert', series: { [starts('guarded')]: '3x60' }, checks: [noTraffic('4m')] },
  {
    alert: 'ApprovalBacklog',
    says: 'eleven wait for most of an hour, reported by two replicas',
    every: '1m',
    series: { [pending('a:9464')]: '11x40 0x20', [pending('b:9464')]: '11x40 0x20' },
    checks: [quiet('29m'), fires('31m', { value: '11 approvals' }), resolved('44m')],
  },
  {
    alert: 'ApprovalBacklog',
    says: 'ten wait, and no more',
    every: '1m',
    series: { [pending()]: '10x60' },
    checks: [quiet('50m')],
  },
  {
    alert: 'ApprovalBacklog',
    says: 'nobody is asked',
    every: '1m',
    series: { [pending()]: '0x60' },
    checks: [noTraffic('50m')],
  },
  {
    alert: 'ApprovalWaitLong',
    says: 'decisions take between 4 and 8 hours, later none is asked for',
    every: '1m',
    series: waits('0x1800', '0+1x60 60x1740'),
    checks: [fires('1h', { labels: { workflow_id: 'deploy' }, value: '6h 0m 0s (median)' }), resolved('26h')],
  },
  {
    alert: 'ApprovalWaitLong',
    says: 'a third is approved at once, and the rest waits for hours and expires',
    every: '1m',
    series: { ...waits('0+1x60', '0+1x60'), ...waits('0x60', '0+2x60', 'expired') },
    checks: [fires('1h', { labels: { workflow_id: 'deploy' }, value: '5h 0m 0s (median)' })],
  },
  {
    alert: 'ApprovalWaitLong',
    says: 'decisions take less than 4 hours',
    every: '1m',
    series: waits('0+1x60', '0+1x60'),
    checks: [quiet('1h')],
  },
  {
    alert: 'ApprovalWaitLong',
    says: 'no decision',
    every: '1m',
    series: waits('1x60', '9x60'),
    checks: [noTraffic('1h')],
  },
  {
    alert: 'RunTakeoversFrequent',
    says: 'replicas are lost for a quarter of an hour, then no more',
    every: '30s',
    series: { [takeovers]: '0+1x32 32x60' },
    checks: [quiet('9m'), fires('15m30s', { value: '10 runs in 5 minutes' }), resolved('33m')],
  },
  {
    alert: 'RunTakeoversFrequent',
    says: 'one replica dies and hands over a hundred runs',
    every: '30s',
    series: { [takeovers]: '0x5 100x60' },
    checks: [quiet('5m'), quiet('16m')],
  },
  {
    alert: 'RunTakeoversFrequent',
    says: 'no run is taken over',
    every: '30s',
    series: { [takeovers]: '4x60' },
    checks: [noTraffic('20m')],
  },
];
