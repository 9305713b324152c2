import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { type BatchLimits, type OtlpProtocol, spanBatches, traceExporters } from '../../config/index.js';
import { otlpSpanProcessor } from './trace-exporter.js';

/**
 * Where spans go, as OTEL_TRACES_EXPORTER and OTEL_EXPORTER_OTLP_PROTOCOL say. The SDK would make the same by itself, but
 * nothing could stand before them then. What is not asked for is not loaded.
 */
export async function spanProcessors(): Promise<SpanProcessor[]> {
  const exporters = traceExporters();
  // Attempts in our own encoding are for OTLP over gRPC alone: what another exporter shall see has to be the SDK's.
  if (exporters.length === 1 && exporters[0] === 'grpc') return [otlpSpanProcessor(spanBatches())];
  return Promise.all(
    exporters.map(async (exporter) =>
      exporter === 'console'
        ? new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })
        : batches(exporter, spanBatches()),
    ),
  );
}

async function batches(protocol: OtlpProtocol, limits: BatchLimits): Promise<SpanProcessor> {
  return new BatchSpanProcessor({ exporter: await otlpExporter(protocol), ...limits });
}

async function otlpExporter(protocol: OtlpProtocol) {
  switch (protocol) {
    case 'grpc':
      return new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
  }
}
