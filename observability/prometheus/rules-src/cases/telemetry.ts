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
    says: 'Tempo is down for two minutes',
    series: { [up('tempo')]: '1x11 0x30 1x80', [up('loki')]: '1x120' },
    checks: [fires('2m30s', { labels: { job: 'tempo', instance: 'tempo:1' } }), resolved('6m')],
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
    says: 'Alertmanager is away for a while',
    series: { [dropped]: '0x11 2+2x5 12x120' },
    checks: [fires('3m', { labels: { job: 'prometheus' }, value: '12 alerts in 5 minutes' }), resolved('9m')],
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
    series: { [failed('webhook')]: '0x11 1+1x5 6x120', [failed('slack')]: '0x140' },
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
