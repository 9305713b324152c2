/**
 * The OpenTelemetry SDK reads the standard OTEL_* variables itself, and every one of them works. These are our values for
 * the ones that are not set: OTLP by gRPC, metrics for Prometheus to fetch, and queues that fit a hub that makes thousands
 * of spans a second.
 */
const defaults = {
  OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  OTEL_METRICS_EXPORTER: 'prometheus',
  // Not the process: its command line is nobody's business, and its pid makes a new series at every start.
  OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,serviceinstance',
  OTEL_BSP_MAX_QUEUE_SIZE: '8192',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1024',
  OTEL_BSP_SCHEDULE_DELAY: '2000',
  OTEL_BLRP_MAX_QUEUE_SIZE: '8192',
} as const;

/** Called once, before the SDK starts. */
export function fillOtelEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(defaults)) env[name] ||= value;
}

/** Exporters of metrics by name, as the SDK would read them. */
export function metricsExporters(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return (env['OTEL_METRICS_EXPORTER'] || defaults.OTEL_METRICS_EXPORTER).split(',').map((name) => name.trim());
}
