import { alert, type Group, hubJob } from '../rule.ts';
import { grown, other } from '../select.ts';

const watched = 'otelcol|tempo|loki|grafana|prometheus|alertmanager';
const lost = ['spans', 'log_records'].flatMap((kind) =>
  ['send', 'enqueue'].map((step) => grown(other(`otelcol_exporter_${step}_failed_${kind}`), '5m', 'job', 'exporter')),
);

export const telemetry: readonly Group[] = [
  {
    name: 'telemetry',
    interval: '15s',
    rules: [
      alert({
        name: 'TelemetryTargetDown',
        severity: 'warning',
        expr: `up{job=~"${watched}"} == 0`,
        for: '1m',
        job: null,
        summary: '{{ $labels.job }} is down',
        description:
          'Prometheus does not reach {{ $labels.job }} at {{ $labels.instance }}: part of the telemetry is blind.',
        dashboard: 'system-health',
      }),
      alert({
        name: 'CollectorDropsTelemetry',
        severity: 'warning',
        expr: lost.map((each) => `${each} > 0`).join(' or '),
        for: '0s',
        job: null,
        summary: 'The collector lost telemetry for {{ $labels.exporter }}',
        description: 'Spans or log lines were dropped: refused by the other side, or the queue on disk was full.',
        value: '{{ $value | humanize }} in 5 minutes',
        threshold: 'none',
        dashboard: 'system-health',
      }),
      alert({
        name: 'MetricOverflow',
        severity: 'ticket',
        expr: `count by (__name__) ({job="${hubJob}", otel_metric_overflow="true"}) > 0`,
        for: '1m',
        summary: 'A metric of the hub has too many series',
        description:
          'Some label takes too many values. What is over the limit is counted together and can no longer be told apart.',
        value: '{{ $value | humanize }} overflowing series',
        threshold: 'none',
        dashboard: 'system-health',
      }),
      alert({
        name: 'PrometheusNotificationsDropped',
        severity: 'critical',
        expr: `${grown(other('prometheus_notifications_dropped_total'), '5m', 'job')} > 0`,
        for: '0s',
        job: null,
        summary: 'Alerts do not reach Alertmanager',
        description: 'Prometheus dropped alerts: Alertmanager does not answer, or answers too slowly.',
        value: '{{ $value | humanize }} alerts in 5 minutes',
        threshold: 'none',
        dashboard: 'system-health',
      }),
      alert({
        name: 'AlertmanagerNotificationsFailing',
        severity: 'critical',
        expr: `${grown(other('alertmanager_notifications_failed_total'), '5m', 'job', 'integration')} > 0`,
        for: '0s',
        job: null,
        summary: 'Alertmanager cannot deliver ({{ $labels.integration }})',
        description: 'A receiver refuses or does not answer. `webhook` is the hub, `slack` the fallback past it.',
        value: '{{ $value | humanize }} notifications in 5 minutes',
        threshold: 'none',
        dashboard: 'system-health',
      }),
    ],
  },
];
