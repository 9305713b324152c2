import { alert, type Group, hubJob } from '../rule.ts';
import { hub } from '../select.ts';

const up = `up{job="${hubJob}"}`;

export const hubs: readonly Group[] = [
  {
    name: 'hub',
    interval: '5s',
    rules: [
      alert({
        name: 'HubDown',
        severity: 'critical',
        expr: `max by (job) (${up}) == 0 or absent(${up})`,
        // A hub that is started again is back by then. Scrape, evaluation and delivery take 15 s of the minute.
        for: '30s',
        keep: '15s',
        summary: 'No hub answers',
        description: 'Prometheus reaches no replica of the hub. No workflow starts, and the notifier is down with it.',
        value: '0 replicas',
        threshold: '1 replica',
        dashboard: 'system-health',
      }),
      alert({
        name: 'HubReplicaDown',
        severity: 'warning',
        expr: `${up} == 0 and on (job) max by (job) (${up}) == 1`,
        for: '1m',
        summary: 'Replica {{ $labels.instance }} of the hub is down',
        description: 'Prometheus does not reach {{ $labels.instance }}. Other replicas do its work.',
        dashboard: 'system-health',
      }),
      alert({
        name: 'EventLoopLagHigh',
        severity: 'warning',
        expr: `max by (instance) (${hub('nodejs_eventloop_delay_p99')}) > 0.5`,
        for: '1m',
        summary: 'Replica {{ $labels.instance }} of the hub is slow to react',
        description: 'Its event loop is blocked by work: everything it does comes late, heartbeats included.',
        value: '{{ $value | humanizeDuration }} (p99)',
        threshold: '500ms (p99) for 1 minute',
        dashboard: 'system-health',
      }),
      alert({
        name: 'DatabasePoolWaiting',
        severity: 'warning',
        expr: `max by (instance) (${hub('db_pool_connections', 'state="waiting"')}) > 0`,
        for: '1m',
        summary: 'Replica {{ $labels.instance }} waits for database connections',
        description: 'For a minute at least one request for a connection has always been waiting.',
        value: '{{ $value | humanize }} waiting',
        threshold: '0 for 1 minute',
        dashboard: 'system-health',
      }),
    ],
  },
  {
    // An alert that always fires: whoever expects it and does not get it knows that the path of alerts is broken.
    name: 'watchdog',
    interval: '15s',
    rules: [
      alert({
        name: 'Watchdog',
        severity: 'ticket',
        expr: 'vector(1)',
        for: '0s',
        keep: '0s',
        job: null,
        summary: 'Alerts reach Alertmanager',
        description: "Always fires. A dead man's switch outside this machine tells somebody when it stops.",
        dashboard: 'system-health',
      }),
    ],
  },
];
