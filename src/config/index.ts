export type {
  AuditConfig,
  Config,
  EngineConfig,
  LogLevel,
  PluginConfig,
  PrometheusConfig,
  TelemetryConfig,
} from './config.js';
export { clientSettings, type ClientSettings, wantsStacks } from './client-settings.js';
export { childEnvironment } from './child-environment.js';
export { parseDuration } from './duration.js';
export { CONFIG, ConfigModule } from './config.module.js';
export { decodeKey } from './encryption-keys.js';
export type { Environment } from './environment-schema.js';
export { configJsonSchema } from './file-schema.js';
export { readHubVersion } from './hub-version.js';
export {
  type BatchLimits,
  fillOtelEnvironment,
  metricExporters,
  metricPeriod,
  type OtlpProtocol,
  sdkSpeaksForItself,
  spanBatches,
  traceExporters,
} from './otel-environment.js';
export { loadConfig } from './load-config.js';
export { secretFromEnvironment, type SecretSource } from './secret-source.js';
