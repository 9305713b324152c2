/** What rules may ask for beside the hub's contract: of plugins, of Prometheus itself, of the other programs of the stack. */
const everywhere = ['job', 'instance'];

const labels: Readonly<Record<string, readonly string[]>> = {
  up: [],
  notifier_notifications_total: ['result'],
  notifier_messages_total: ['channel', 'outcome'],
  notifier_queue_oldest_seconds: ['channel'],
  notifier_queue_waiting: ['channel'],
  prometheus_notifications_dropped_total: ['alertmanager'],
  alertmanager_notifications_failed_total: ['integration', 'reason'],
  otelcol_exporter_send_failed_spans: ['exporter'],
  otelcol_exporter_send_failed_log_records: ['exporter'],
  otelcol_exporter_enqueue_failed_spans: ['exporter'],
  otelcol_exporter_enqueue_failed_log_records: ['exporter'],
  otelcol_exporter_queue_size: ['exporter'],
  otelcol_exporter_queue_capacity: ['exporter'],
  ALERTS: ['alertname', 'alertstate'],
};

export const outside: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(labels).map(([name, own]) => [name, new Set([...everywhere, ...own])]),
);
