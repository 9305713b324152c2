export * as names from './names.js';
export {
  EngineTelemetry,
  SilentTelemetry,
  type AttemptFacts,
  type Interval,
  type RunFacts,
  type TraceIds,
} from './engine-telemetry.js';
export { TelemetryModule } from './telemetry.module.js';
