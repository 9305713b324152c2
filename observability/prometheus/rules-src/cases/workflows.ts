import { born, fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const runs = (status: string, workflow = 'a', trigger = 'manual') =>
  `workflow_runs_total{job="commandcenter", instance="hub:9464", workflow_id="${workflow}", status="${status}", trigger="${trigger}"}`;

export const workflows: readonly Scenario[] = [
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'half of the runs fail for a minute',
    series: { [runs('succeeded')]: '0x11 1+1x11 12x60', [runs('failed')]: '0x11 1+1x11 12x60' },
    checks: [
      quiet('1m'),
      fires('1m45s', { value: '50% of runs' }),
      fires('4m', { value: '50% of runs' }),
      resolved('5m30s'),
    ],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'a fifth fails, and no more',
    series: { [runs('succeeded')]: '0+4x48', [runs('failed')]: '0+1x48' },
    checks: [quiet('2m'), quiet('4m')],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'three runs fail and no other ends',
    series: { [runs('succeeded')]: '0x60', [runs('failed')]: '0x11 1 2 3x47' },
    checks: [quiet('1m30s'), quiet('2m')],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'four runs fail and no other ends',
    series: { [runs('succeeded')]: '0x60', [runs('failed')]: '0x11 1 2 3 4x46' },
    checks: [fires('1m45s', { value: '100% of runs' })],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'cancelled runs do not count',
    series: { [runs('cancelled')]: '0+5x48', [runs('succeeded')]: '0+1x48', [runs('failed')]: '0x48' },
    checks: [quiet('2m')],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'nothing ends',
    series: { [runs('succeeded')]: '7x60', [runs('failed')]: '7x60' },
    checks: [noTraffic('2m'), noTraffic('4m')],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'a workflow is new: its series begin at 0 and fail from then on',
    series: { [runs('succeeded')]: '_x11 0x40', [runs('failed')]: '_x11 0 1+1x39' },
    checks: [born('1m30s', { value: '100% of runs' })],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'a replica is new: what it counted before the first scrape is no growth',
    series: { [runs('succeeded')]: '_x11 0x40', [runs('failed')]: '_x11 50x40' },
    checks: [born('1m30s')],
  },
  {
    alert: 'WorkflowFailureRatioHigh',
    says: 'the hub was started again: its counters begin at 0, and nothing failed since',
    series: { [runs('succeeded')]: '40+1x12 stale _x6 0+1x40', [runs('failed')]: '90x12 stale _x6 0x40' },
    checks: [quiet('1m45s'), quiet('3m')],
  },
  {
    alert: 'WorkflowFailing',
    says: 'the hub was started again, and one of two replicas is gone for good: neither is a failure',
    series: {
      [runs('succeeded')]: '40+1x12 stale _x6 0+1x40',
      [runs('failed')]: '90x12 stale _x6 0x40',
      'workflow_runs_total{job="commandcenter", instance="b:9464", workflow_id="a", status="failed", trigger="manual"}':
        '70x12 stale',
    },
    checks: [quiet('1m45s'), quiet('4m')],
  },
  {
    alert: 'WorkflowFailing',
    says: 'one of two workflows fails',
    series: {
      [runs('succeeded', 'good')]: '0+1x24 24x200',
      [runs('failed', 'good')]: '0x224',
      [runs('succeeded', 'bad')]: '0x224',
      [runs('failed', 'bad')]: '0x6 1+1x5 6x212',
    },
    checks: [fires('1m15s', { labels: { workflow_id: 'bad' }, value: '100% of runs' }), resolved('8m')],
  },
  {
    alert: 'WorkflowFailing',
    says: 'half fails, and two of two',
    series: {
      [runs('succeeded', 'half')]: '0+1x60',
      [runs('failed', 'half')]: '0+1x60',
      [runs('succeeded', 'two')]: '0x60',
      [runs('failed', 'two')]: '0x6 1 2x53',
    },
    checks: [quiet('2m'), quiet('5m')],
  },
  {
    alert: 'WorkflowFailing',
    says: 'nothing ends',
    series: { [runs('succeeded')]: '3x60', [runs('failed')]: '9x60' },
    checks: [noTraffic('4m')],
  },
  {
    alert: 'WorkflowFailing',
    says: 'a workflow is new and fails from its first run on',
    series: { [runs('succeeded')]: '_x11 0x40', [runs('failed')]: '_x11 0 1+1x39' },
    checks: [born('1m40s', { labels: { workflow_id: 'a' }, value: '100% of runs' })],
  },
];
