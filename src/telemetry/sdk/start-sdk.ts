import { trace } from '@opentelemetry/api';
import { HostMetrics } from '@opentelemetry/host-metrics';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import {
  fillOtelEnvironment,
  metricsExporters,
  readHubVersion,
  spanBatches,
  type TelemetryConfig,
  tracesByGrpc,
} from '../../config/index.js';
import type { RunningTelemetry, TelemetryParts } from '../running-telemetry.js';
import { childrenOnly } from './children-only.js';
import { instrumentations } from './instrumentations.js';
import { MetricsServer } from './metrics-server.js';
import { RunIds } from './run-ids.js';
import { otlpSpanProcessor } from './trace-exporter.js';

/** A collector that does not answer must not hold up the end of the process. */
const shutdownMs = 5_000;
/** Attribute sets an instrument may have; the SDK's own limit, 2000, is too few for 200 workflows. */
const cardinality = 20_000;

const views: ViewOptions[] = [
  { instrumentName: 'workflow_*', aggregationCardinalityLimit: cardinality },
  { instrumentName: 'agent_*', aggregationCardinalityLimit: cardinality },
  // Wrong upstream: one counter for all pools, and a connection that is idle counts as used. Ours is db_pool_connections.
  { instrumentName: 'db.client.connection.*', aggregation: { type: AggregationType.DROP } },
];

/** Must come before fastify, pg, undici and pino are imported: they are patched as they load. */
export async function startSdk(config: TelemetryConfig, parts: TelemetryParts): Promise<RunningTelemetry> {
  fillOtelEnvironment();
  const metrics = new MetricsServer();
  const exporters = metricsExporters();
  let redact = (text: string) => text;
  const { pg, others } = instrumentations((text) => redact(text));
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'commandcenter',
      [ATTR_SERVICE_VERSION]: readHubVersion(),
    }),
    idGenerator: new RunIds(),
    views,
    ...(exporters.includes('prometheus') && { metricReaders: [metrics.reader] }),
    instrumentations: [pg, ...others],
    ...(tracesByGrpc() && !parts.spanProcessors && { spanProcessors: [otlpSpanProcessor(spanBatches())] }),
    ...parts,
  });
  sdk.start();
  pg.setTracerProvider(childrenOnly(trace.getTracerProvider()));
  new HostMetrics({ metricGroups: ['process.cpu', 'process.memory'] }).start();

  let problem: string | undefined;
  const { metricsHost: host, metricsPort: port } = config;
  const metricsUrl = exporters.includes('prometheus')
    ? await metrics.listen(host, port, ({ code }) => (problem = notListening(host, port, code)))
    : undefined;
  return {
    metricsUrl,
    problem,
    redactWith: (use) => (redact = use),
    shutdown: () => within(shutdownMs, Promise.allSettled([sdk.shutdown(), metrics.close()])),
  };
}

function notListening(host: string, port: number, code: string | undefined): string {
  return `no metrics for Prometheus: ${host}:${port} cannot be listened on (${code}); set OTEL_EXPORTER_PROMETHEUS_PORT to another port`;
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
