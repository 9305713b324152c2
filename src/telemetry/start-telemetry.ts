import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from '../config/index.js';

export interface RunningTelemetry {
  /** Where Prometheus may fetch the metrics; undefined when nothing listens. */
  readonly metricsUrl: string | undefined;
  /** Why nothing listens though it should. */
  readonly problem: string | undefined;
  /** From now on addresses of outgoing calls pass through this. */
  redactWith(redact: (text: string) => string): void;
  /** Sends what is buffered and stops; gives up after some seconds. Never rejects. */
  shutdown(): Promise<void>;
}

/** Instead of the exporters of the environment, for tests. */
export interface TelemetryParts {
  readonly spanProcessors?: SpanProcessor[];
  readonly logRecordProcessors?: LogRecordProcessor[];
}

const off: RunningTelemetry = {
  metricsUrl: undefined,
  problem: undefined,
  redactWith: () => undefined,
  shutdown: () => Promise.resolve(),
};

/**
 * Starts the OpenTelemetry SDK, unless it is switched off; what it takes is loaded only then. Must come before fastify, pg,
 * undici and pino are imported: they are patched as they load.
 */
export async function startTelemetry(config: TelemetryConfig, parts: TelemetryParts = {}): Promise<RunningTelemetry> {
  if (!config.enabled) return off;
  const { startSdk } = await import('./sdk/start-sdk.js');
  return startSdk(config, parts);
}
