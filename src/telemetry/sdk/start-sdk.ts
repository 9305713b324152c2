import { trace } from '@opentelemetry/api';
import { HostMetrics } from '@opentelemetry/host-metrics';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import {
  fillOtelEnvironment,
  metricExporters,
  readHubVersion,
  sdkSpeaksForItself,
  type TelemetryConfig,
} from '../../config/index.js';
import type { RunningTelemetry, TelemetryParts } from '../running-telemetry.js';
import { childrenOnly } from './children-only.js';
import { Complaints, listenToSdk } from './complaints.js';
import { instrumentations } from './instrumentations.js';
import { metricReaders } from './metric-readers.js';
import { MetricsServer } from './metrics-server.js';
import { RedactingProcessor } from './redacting-processor.js';
import { RunIds } from './run-ids.js';
import { spanProcessors } from './span-processors.js';
import { views } from './views.js';

/** A collector that does not answer must not hold up the end of the process. */
const shutdownMs = 5_000;

/** Must come before fastify, pg, undici and pino are imported: they are patched as they load. */
export async function startSdk(config: TelemetryConfig, parts: TelemetryParts): Promise<RunningTelemetry> {
  fillOtelEnvironment();
  const complaints = new Complaints();
  if (!sdkSpeaksForItself()) listenToSdk(complaints);
  const metrics = new MetricsServer();
  let redact = (text: string) => text;
  const processors = parts.spanProcessors ?? (await spanProcessors());
  const { pg, others } = instrumentations();
  const sdk = new NodeSDK({
    resource: defaultResource().merge(
      resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'commandcenter', [ATTR_SERVICE_VERSION]: readHubVersion() }),
    ),
    idGenerator: new RunIds(),
    views,
    metricReaders: await metricReaders(metrics.reader),
    instrumentations: [pg, ...others],
    spanProcessors: processors.length > 0 ? [new RedactingProcessor((text) => redact(text)), ...processors] : [],
    ...(parts.logRecordProcessors && { logRecordProcessors: parts.logRecordProcessors }),
  });
  sdk.start();
  pg.setTracerProvider(childrenOnly(trace.getTracerProvider()));
  new HostMetrics({ metricGroups: ['process.cpu', 'process.memory'] }).start();

  const { metricsHost: host, metricsPort: port } = config;
  const metricsUrl = metricExporters().includes('prometheus')
    ? await metrics.listen(host, port, ({ code }) => complaints.add(notListening(host, port, code)))
    : undefined;
  return {
    metricsUrl,
    redactWith: (use) => (redact = use),
    complainTo: (tell) => complaints.to(tell),
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
