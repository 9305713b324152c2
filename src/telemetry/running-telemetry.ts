import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';

export interface RunningTelemetry {
  /** Where Prometheus may fetch the metrics; undefined when nothing listens. */
  readonly metricsUrl: string | undefined;
  /** From now on every text of a span passes through this. */
  redactWith(redact: (text: string) => string): void;
  /** What is wrong with telemetry, now and later: a few lines a minute at most. */
  complainTo(tell: (line: string) => void): void;
  /** Sends what is buffered and stops; gives up after some seconds. Never rejects. */
  shutdown(): Promise<void>;
}

/** Instead of the exporters of the environment, for tests. */
export interface TelemetryParts {
  readonly spanProcessors?: SpanProcessor[];
  readonly logRecordProcessors?: LogRecordProcessor[];
}
