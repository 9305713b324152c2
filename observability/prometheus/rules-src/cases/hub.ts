import { fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const of = (instance = 'hub:9464') => `job="commandcenter", instance="${instance}"`;
const up = (instance?: string) => `up{${of(instance)}}`;
const lag = (instance?: string) => `nodejs_eventloop_delay_p99{${of(instance)}}`;
const pool = (state: string) => `db_pool_connections{${of()}, state="${state}"}`;

export const hub: readonly Scenario[] = [
  {
    alert: 'HubDown',
    says: 'the only replica is away for a minute',
    series: { [up()]: '1x11 0x11 1x60' },
    checks: [quiet('1m25s'), fires('1m35s'), resolved('2m30s')],
  },
  {
    alert: 'HubDown',
    says: 'the only replica is started again, which takes half a minute',
    series: { [up()]: '1x11 0x5 1x60' },
    checks: [quiet('1m25s'), quiet('1m30s'), quiet('2m')],
  },
  {
    alert: 'HubDown',
    says: 'Prometheus does not know of any hub',
    series: { 'up{job="tempo"}': '1x60' },
    checks: [quiet('25s'), fires('45s')],
  },
  {
    alert: 'HubDown',
    says: 'a restart of ten seconds, and one of two replicas down',
    series: { [up('a:9464')]: '1x11 0x1 1x60', [up('b:9464')]: '1x11 0x1 1x10 0x49' },
    checks: [quiet('1m15s'), quiet('4m')],
  },
  {
    alert: 'HubReplicaDown',
    says: 'one of two replicas is down, then back',
    series: { [up('a:9464')]: '1x120', [up('b:9464')]: '1x11 0x24 1x80' },
    checks: [fires('2m30s', { labels: { instance: 'b:9464' } }), resolved('5m30s')],
  },
  {
    alert: 'HubReplicaDown',
    says: 'the only replica is down: HubDown says so, not this',
    series: { [up()]: '0x60' },
    checks: [quiet('3m')],
  },
  {
    alert: 'HubReplicaDown',
    says: 'two replicas are started again, one after the other; a third is taken out of the configuration',
    series: { [up('a:9464')]: '1x5 0x6 1x80', [up('b:9464')]: '1x14 0x6 1x71', [up('c:9464')]: '1x5 0x6 stale' },
    checks: [quiet('1m10s'), quiet('2m'), quiet('5m')],
  },
  { alert: 'HubReplicaDown', says: 'there is no hub', series: {}, checks: [noTraffic('3m')] },
  {
    alert: 'EventLoopLagHigh',
    says: 'one of two replicas is blocked for two minutes',
    series: { [lag('a:9464')]: '0.02x120', [lag('b:9464')]: '0.02x11 0.8x24 0.02x80' },
    checks: [fires('2m30s', { labels: { instance: 'b:9464' }, value: '800ms (p99)' }), resolved('5m30s')],
  },
  {
    alert: 'EventLoopLagHigh',
    says: 'half a second, and no more',
    series: { [lag()]: '0.5x60' },
    checks: [quiet('4m')],
  },
  {
    alert: 'EventLoopLagHigh',
    says: 'a hub that starts is busy for half a minute; before, another ended in the middle of it',
    series: { [lag('a:9464')]: '_x6 0.9x6 0.02x60', [lag('b:9464')]: '0.9x6 stale' },
    checks: [quiet('1m15s'), quiet('2m')],
  },
  { alert: 'EventLoopLagHigh', says: 'no hub', series: {}, checks: [noTraffic('2m')] },
  {
    alert: 'DatabasePoolWaiting',
    says: 'requests wait for two minutes',
    series: { [pool('waiting')]: '0x11 3x24 0x80', [pool('used')]: '0x11 10x24 0x80' },
    checks: [fires('2m30s', { labels: { instance: 'hub:9464' }, value: '3 waiting' }), resolved('5m30s')],
  },
  {
    alert: 'DatabasePoolWaiting',
    says: 'the pool is full every other moment',
    series: { [pool('waiting')]: '5x5 0 5x5 0 5x5 0 5x5 0 5x5 0', [pool('used')]: '10x40' },
    checks: [quiet('1m30s'), quiet('2m20s')],
  },
  {
    alert: 'DatabasePoolWaiting',
    says: 'no queries',
    series: { [pool('waiting')]: '0x60' },
    checks: [noTraffic('3m')],
  },
  { alert: 'Watchdog', says: 'always', series: {}, checks: [fires('15s'), fires('1h')] },
];
