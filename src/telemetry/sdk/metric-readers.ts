import { ConsoleMetricExporter, type IMetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { metricExporters, metricPeriod, type OtlpProtocol } from '../../config/index.js';

/**
 * What reads metrics, as OTEL_METRICS_EXPORTER says: `scrapes` for Prometheus, and beside it what sends them. The SDK does
 * not look at that variable once it is given one reader.
 */
export async function metricReaders(scrapes: IMetricReader): Promise<IMetricReader[]> {
  return Promise.all(
    metricExporters().map(async (name) => {
      if (name === 'prometheus') return scrapes;
      const exporter = name === 'console' ? new ConsoleMetricExporter() : await otlpExporter(name);
      return new PeriodicExportingMetricReader({ exporter, ...metricPeriod() });
    }),
  );
}

async function otlpExporter(protocol: OtlpProtocol) {
  switch (protocol) {
    case 'grpc':
      return new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter();
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter();
  }
}
