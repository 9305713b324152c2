export * as names from './names.js';
export { currentTraceparent, detached, traceparentOf } from './detached.js';
export {
  type AttemptFacts,
  type AttemptTelemetry,
  EngineTelemetry,
  type FailureFacts,
  type Interval,
  type RootContext,
  type RunEnding,
  type RunFacts,
  type RunTelemetry,
  type TraceIds,
} from './engine-telemetry.js';
export { Gauges, type Reading } from './gauges.js';
export { MetricService, Span } from './nest-otel.js';
export { nameRoute } from './http-route.js';
export { PluginFaults } from './plugin-faults.js';
export { sharedRead } from './shared-read.js';
export { SilentTelemetry } from './silent-telemetry.js';
export type { RunningTelemetry } from './running-telemetry.js';
export { startTelemetry } from './start-telemetry.js';
export { TelemetryModule } from './telemetry.module.js';
export { WorkflowLabels } from './workflow-labels.js';
