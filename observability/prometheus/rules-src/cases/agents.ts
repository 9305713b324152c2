import { born, fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const attempts = (status: string, agent = 'http') =>
  `agent_runs_total{job="commandcenter", instance="hub:9464", agent_id="${agent}", action="get", status="${status}"}`;

export const agents: readonly Scenario[] = [
  {
    alert: 'AgentFailureRatioHigh',
    says: 'attempts of one agent fail and time out, those of another succeed',
    series: {
      [attempts('succeeded')]: '0x11 2+2x11 24x60',
      [attempts('failed')]: '0x11 1+1x11 12x60',
      [attempts('timed_out')]: '0x11 1+1x11 12x60',
      [attempts('succeeded', 'transform')]: '0+5x82',
    },
    checks: [
      quiet('1m'),
      fires('1m45s', { labels: { agent_id: 'http' }, value: '50% of attempts' }),
      resolved('5m30s'),
    ],
  },
  {
    alert: 'AgentFailureRatioHigh',
    says: 'three in ten, and no more; cancelled ones do not count',
    series: { [attempts('succeeded')]: '0+7x48', [attempts('failed')]: '0+3x48', [attempts('cancelled')]: '0+9x48' },
    checks: [quiet('2m')],
  },
  {
    alert: 'AgentFailureRatioHigh',
    says: 'nine attempts, all failed',
    series: { [attempts('succeeded')]: '0x48', [attempts('failed')]: '0x11 3 6 8x34' },
    checks: [quiet('1m30s')],
  },
  {
    alert: 'AgentFailureRatioHigh',
    says: 'the hub was started again: its counters begin at 0',
    series: { [attempts('succeeded')]: '40+2x12 stale _x6 0+2x40', [attempts('failed')]: '90x12 stale _x6 0x40' },
    checks: [quiet('1m45s'), quiet('3m')],
  },
  {
    alert: 'AgentFailureRatioHigh',
    says: 'no attempt ends',
    series: { [attempts('succeeded')]: '4x48', [attempts('failed')]: '40x48' },
    checks: [noTraffic('2m')],
  },
  {
    alert: 'AgentFailureRatioHigh',
    says: 'an agent is new and fails from its first attempt on',
    series: { [attempts('succeeded')]: '_x11 0x40', [attempts('failed')]: '_x11 0 5+5x39' },
    checks: [born('1m40s', { labels: { agent_id: 'http' }, value: '100% of attempts' })],
  },
];
