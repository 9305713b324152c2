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

export const otlpProtocols = ['grpc', 'http/protobuf', 'http/json'] as const;
export type OtlpProtocol = (typeof otlpProtocols)[number];

/** What OTEL_*_EXPORTER may name, beside `none`. The schema of the environment refuses anything else. */
export const exporterNames = {
  traces: ['otlp', 'console'],
  metrics: ['prometheus', 'otlp', 'console'],
  logs: ['otlp', 'console'],
} as const;

/** Where spans go; `otlp` is told by its protocol. */
export function traceExporters(env: NodeJS.ProcessEnv = process.env): readonly (OtlpProtocol | 'console')[] {
  return namesIn(env['OTEL_TRACES_EXPORTER'] || 'otlp').map((name) =>
    name === 'console' ? name : protocol('TRACES', env),
  );
}

/** Where metrics go, in the same way. */
export function metricExporters(
  env: NodeJS.ProcessEnv = process.env,
): readonly (OtlpProtocol | 'console' | 'prometheus')[] {
  return namesIn(env['OTEL_METRICS_EXPORTER'] || defaults.OTEL_METRICS_EXPORTER).map((name) =>
    name === 'console' || name === 'prometheus' ? name : protocol('METRICS', env),
  );
}

/** The names in a list of exporters; none where it says `none`. */
export function namesIn(list: string): readonly string[] {
  const names = list.split(',').map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== '' && name !== 'none');
}

function protocol(signal: 'TRACES' | 'METRICS', env: NodeJS.ProcessEnv): OtlpProtocol {
  const named = env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  return (named?.trim() || defaults.OTEL_EXPORTER_OTLP_PROTOCOL) as OtlpProtocol;
}

/** Milliseconds between sending metrics, and what one sending may take. */
export function metricPeriod(env: NodeJS.ProcessEnv = process.env): {
  readonly exportIntervalMillis: number;
  readonly exportTimeoutMillis: number;
} {
  const interval = Number(env['OTEL_METRIC_EXPORT_INTERVAL']);
  const timeout = Number(env['OTEL_METRIC_EXPORT_TIMEOUT']);
  const exportIntervalMillis = interval > 0 ? interval : 60_000;
  // The SDK refuses a timeout that is longer than the interval.
  return { exportIntervalMillis, exportTimeoutMillis: Math.min(timeout > 0 ? timeout : 30_000, exportIntervalMillis) };
}

/** The SDK writes about itself on stdout then, from that level on. */
export function sdkSpeaksForItself(env: NodeJS.ProcessEnv = process.env): boolean {
  return (env['OTEL_LOG_LEVEL'] ?? '').trim() !== '';
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
