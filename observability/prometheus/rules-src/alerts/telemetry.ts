import { alert, type Group, hubJob } from '../rule.ts';
import { grown, other } from '../select.ts';

const watched = 'otelcol|tempo|loki|grafana|prometheus|alertmanager';
const lost = ['spans', 'log_records'].flatMap((kind) =>
  ['send', 'enqueue'].map((step) => grown(other(`otelcol_exporter_${step}_failed_${kind}`), '5m', 'job', 'exporter')),
);
const dropped = (ago: string) => `sum by (job) (increase(prometheus_notifications_dropped_total[1m]${ago}))`;
/** Of the way past the hub, which is Slack, or of the others. */
const undelivered = (is: '=' | '!=') =>
  grown(other('alertmanager_notifications_failed_total', `integration${is}"slack"`), '5m', 'job', 'integration');

export const telemetry: readonly Group[] = [
  {
    name: 'telemetry',
    interval: '15s',
    rules: [
      alert({
        name: 'TelemetryTargetDown',
        severity: 'warning',
        expr: `up{job=~"${watched}"} == 0`,
        // The first start of a stack takes some of them a minute and more.
        for: '2m',
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
        // In three minutes in a row: less is a start of the stack, or of Alertmanager. The watchdog is sent all the time.
        expr: ['', ' offset 1m', ' offset 2m'].map((ago) => `${dropped(ago)} > 0`).join(' and '),
        for: '0s',
        job: null,
        summary: 'Alerts do not reach Alertmanager',
        description: 'Prometheus drops alerts minute after minute: Alertmanager does not answer, or too slowly.',
        value: '{{ $value | humanize }} alerts in 1 minute',
        threshold: 'none',
        dashboard: 'system-health',
      }),
      alert({
        name: 'AlertmanagerNotificationsFailing',
        severity: 'critical',
        // Not while no hub was there to take them: that is HubDown's to say, and `increase` remembers it for 5 minutes.
        expr: `${undelivered('!=')} > 0 unless on () max (min_over_time(up{job="${hubJob}"}[6m])) == 0`,
        for: '0s',
        job: null,
        summary: 'Alertmanager cannot deliver ({{ $labels.integration }})',
        description: 'A receiver refuses or does not answer. `webhook` is the hub.',
        value: '{{ $value | humanize }} notifications in 5 minutes',
        threshold: 'none',
        dashboard: 'system-health',
      }),
      alert({
        name: 'FallbackNotificationsFailing',
        severity: 'ticket',
        expr: `${undelivered('=')} > 0`,
        for: '0s',
        // Longer than Alertmanager gathers tickets: it is told also when it is over.
        keep: '10m',
        job: null,
        summary: 'The way to Slack past the hub does not work',
        description:
          'What also goes past the hub, because the hub may be down, could not be sent: SLACK_WEBHOOK_URL is not set, or Slack refuses it.',
        value: '{{ $value | humanize }} notifications in 5 minutes',
        threshold: 'none',
        dashboard: 'system-health',
      }),
    ],
  },
];
