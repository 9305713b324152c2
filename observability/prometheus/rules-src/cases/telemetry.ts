import { born, fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const up = (job: string) => `up{job="${job}", instance="${job}:1"}`;
const lost = (step: string, kind: string) =>
  `otelcol_exporter_${step}_failed_${kind}{job="otelcol", instance="otelcol:8888", exporter="otlp_grpc/tempo"}`;
const overflow = (value: string) => `workflow_runs_total{job="commandcenter", otel_metric_overflow="${value}"}`;
const dropped = 'prometheus_notifications_dropped_total{job="prometheus", instance="localhost:9090"}';
const failed = (integration: string, reason = 'serverError') =>
  `alertmanager_notifications_failed_total{job="alertmanager", instance="alertmanager:9093", integration="${integration}", reason="${reason}"}`;

export const telemetry: readonly Scenario[] = [
  {
    alert: 'TelemetryTargetDown',
    says: 'Tempo is down for three minutes',
    series: { [up('tempo')]: '1x11 0x36 1x80', [up('loki')]: '1x120' },
    checks: [quiet('2m45s'), fires('3m15s', { labels: { job: 'tempo', instance: 'tempo:1' } }), resolved('6m30s')],
  },
  {
    alert: 'TelemetryTargetDown',
    says: 'a stack that is new: Grafana makes its database before it answers',
    series: { [up('grafana')]: '0x20 1x60', [up('loki')]: '0x9 1x71' },
    checks: [born('1m30s'), born('2m15s')],
  },
  {
    alert: 'TelemetryTargetDown',
    says: 'a restart of half a minute, and a hub that is down',
    series: { [up('tempo')]: '1x11 0x5 1x40', [up('commandcenter')]: '0x60' },
    checks: [quiet('1m25s'), quiet('4m')],
  },
  { alert: 'TelemetryTargetDown', says: 'nothing is scraped', series: {}, checks: [noTraffic('3m')] },
  {
    alert: 'CollectorDropsTelemetry',
    says: 'spans find no room in the queue, later they do',
    series: { [lost('enqueue', 'spans')]: '0x11 10+10x11 120x120', [lost('send', 'spans')]: '0x143' },
    checks: [
      fires('3m', {
        labels: { job: 'otelcol', exporter: 'otlp_grpc/tempo' },
        value: '120 in 5 minutes',
      }),
      resolved('9m45s'),
    ],
  },
  {
    alert: 'CollectorDropsTelemetry',
    says: 'nothing is lost',
    series: { [lost('send', 'spans')]: '0x60', [lost('send', 'log_records')]: '0x60' },
    checks: [quiet('4m')],
  },
  { alert: 'CollectorDropsTelemetry', says: 'no collector', series: {}, checks: [noTraffic('4m')] },
  {
    alert: 'MetricOverflow',
    says: 'a label ran away, until the hub is started again',
    series: { [overflow('true')]: '_x5 1x40 stale' },
    checks: [
      fires('2m', { labels: { __name__: 'workflow_runs_total' }, value: '1 overflowing series' }),
      resolved('7m'),
    ],
  },
  {
    alert: 'MetricOverflow',
    says: 'metrics as they should be',
    series: { [overflow('')]: '1+1x60' },
    checks: [quiet('4m')],
  },
  { alert: 'MetricOverflow', says: 'no hub', series: {}, checks: [noTraffic('4m')] },
  {
    alert: 'PrometheusNotificationsDropped',
    says: 'Alertmanager is away for five minutes',
    every: '15s',
    series: { [dropped]: '0x3 2+2x19 40x40' },
    checks: [
      quiet('2m45s'),
      fires('4m', { labels: { job: 'prometheus' }, value: '8 alerts in 1 minute' }),
      fires('5m30s', { labels: { job: 'prometheus' }, value: '8 alerts in 1 minute' }),
      resolved('10m'),
    ],
  },
  {
    alert: 'PrometheusNotificationsDropped',
    says: 'a stack that is new, or Alertmanager started again: it is away for half a minute',
    every: '15s',
    series: { [dropped]: '1 3 4x10 5 6 7x40' },
    checks: ['1m', '1m30s', '2m', '3m', '3m30s', '4m', '4m30s', '5m', '5m30s', '6m'].map((at) => born(at)),
  },
  {
    alert: 'PrometheusNotificationsDropped',
    says: 'Prometheus was started again: its counter begins at 0',
    every: '15s',
    series: { [dropped]: '40x8 0x20' },
    checks: [quiet('3m'), quiet('4m')],
  },
  {
    alert: 'PrometheusNotificationsDropped',
    says: 'some were dropped long ago',
    series: { [dropped]: '40x60' },
    checks: [quiet('4m'), noTraffic('5m')],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    says: 'the hub refuses notifications, Slack takes them',
    series: {
      [failed('webhook')]: '0x11 1+1x5 6x120',
      [failed('slack')]: '0x140',
      [up('commandcenter')]: '1x140',
    },
    checks: [
      fires('3m', {
        labels: { job: 'alertmanager', integration: 'webhook' },
        value: '6 notifications in 5 minutes',
      }),
      resolved('9m'),
    ],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    says: 'the hub refuses notifications; one of two replicas is down',
    series: {
      [failed('webhook')]: '0x11 1+1x5 6x120',
      'up{job="commandcenter", instance="a:1"}': '1x140',
      'up{job="commandcenter", instance="b:1"}': '1x5 0x130',
    },
    checks: [
      fires('3m', {
        labels: { job: 'alertmanager', integration: 'webhook' },
        value: '6 notifications in 5 minutes',
      }),
    ],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    says: 'the hub is down for two minutes: HubDown says so, also when it is back',
    series: { [failed('webhook')]: '0x16 1x5 2x5 3x120', [up('commandcenter')]: '1x11 0x24 1x120' },
    checks: [quiet('2m'), quiet('3m'), quiet('5m'), quiet('8m')],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    says: 'the way past the hub has no address: nobody is called for that',
    series: { [failed('slack', 'other')]: '0x11 1+1x5 6x120', [up('commandcenter')]: '1x140' },
    checks: [quiet('2m'), quiet('5m')],
  },
  {
    alert: 'FallbackNotificationsFailing',
    says: 'what was to go past the hub went nowhere, later nothing has to',
    series: { [failed('slack', 'other')]: '0x11 1+1x5 6x220', [failed('webhook')]: '9x240' },
    checks: [
      fires('3m', { labels: { job: 'alertmanager', integration: 'slack' }, value: '6 notifications in 5 minutes' }),
      resolved('17m'),
    ],
  },
  {
    alert: 'FallbackNotificationsFailing',
    says: 'nothing has to go past the hub, whether an address is set or not; the hub refuses',
    series: { [failed('slack', 'other')]: '0x60', [failed('webhook')]: '0+1x60' },
    checks: [quiet('4m')],
  },
  {
    alert: 'FallbackNotificationsFailing',
    says: 'some failed long ago; Alertmanager was started again',
    series: { [failed('slack', 'other')]: '3x20 0x40' },
    checks: [noTraffic('2m'), quiet('4m')],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    says: 'a reason is new: what was counted before the first scrape is no growth',
    series: { [failed('webhook', 'timeout')]: '_x11 1x40' },
    checks: [born('2m')],
  },
  {
    alert: 'AlertmanagerNotificationsFailing',
    says: 'some failed long ago',
    series: { [failed('webhook')]: '3x60' },
    checks: [quiet('4m'), noTraffic('5m')],
  },
];
