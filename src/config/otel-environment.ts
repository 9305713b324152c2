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

/** Whether spans go out as they do when nobody says otherwise: OTLP over gRPC, and that alone. */
export function tracesByGrpc(env: NodeJS.ProcessEnv = process.env): boolean {
  const exporter = env['OTEL_TRACES_EXPORTER'] || 'otlp';
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  return exporter.trim() === 'otlp' && (protocol || defaults.OTEL_EXPORTER_OTLP_PROTOCOL).trim() === 'grpc';
}

/** What BatchSpanProcessor takes; left out is its own default. */
export type BatchLimits = Partial<
  Record<'maxQueueSize' | 'maxExportBatchSize' | 'scheduledDelayMillis' | 'exportTimeoutMillis', number>
>;

/** The variables of span batches; one that is no number above 0 counts as absent, as with the SDK itself. */
export function spanBatches(env: NodeJS.ProcessEnv = process.env): BatchLimits {
  const variables = {
    maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
    maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
    exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
  };
  const set = Object.entries(variables).map(([option, name]) => [option, Number(env[name])] as const);
  return Object.fromEntries(set.filter(([, value]) => value > 0));
}
