import type { TelemetryConfig } from '../config/index.js';
import type { RunningTelemetry, TelemetryParts } from './running-telemetry.js';

const off: RunningTelemetry = {
  metricsUrl: undefined,
  redactWith: () => undefined,
  complainTo: () => undefined,
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
