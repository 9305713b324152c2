import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyOtlpGrpcOptions, createOtlpGrpcExportDelegate } from '@opentelemetry/otlp-grpc-exporter-base';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { BatchLimits } from '../../config/index.js';
import { AttemptSpan } from '../engine/attempt-span.js';
import { tracerName } from '../names.js';
import { setAttemptSink } from '../engine/attempt-sink.js';
import { AttemptEncoder, fieldHead } from './attempt-encoder.js';

const endpoint = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

/**
 * OpenTelemetry's OTLP exporter over gRPC with all its settings, that knows a second kind of span: attempts, which it encodes
 * by itself. A request is a list of ResourceSpans, so the SDK's bytes and ours may simply follow each other.
 */
export function otlpSpanProcessor(limits: BatchLimits): BatchSpanProcessor {
  const serializer = { serializeRequest, deserializeResponse: ProtobufTraceSerializer.deserializeResponse };
  const exporter = new OTLPExporterBase<ReadableSpan[]>(
    createOtlpGrpcExportDelegate(
      convertLegacyOtlpGrpcOptions({}, 'TRACES'),
      serializer,
      'otlp_grpc_span_exporter',
      TraceExporterMetricsHelper,
      undefined,
      'TraceExportService',
      endpoint,
    ),
  );
  const processor = new BatchSpanProcessor({ exporter, ...limits });
  setAttemptSink((attempt) => processor.onEnd(attempt as unknown as ReadableSpan));
  return processor;
}

const encoder = new AttemptEncoder();
/** The fields `resource` of ResourceSpans and `scope` of ScopeSpans, as the SDK writes them; they do not change. */
let heads: { readonly resource: Buffer; readonly scope: Buffer } | undefined;

function serializeRequest(spans: ReadableSpan[]): Uint8Array | undefined {
  const attempts = spans.filter((span): span is ReadableSpan & AttemptSpan => span instanceof AttemptSpan);
  if (attempts.length === 0) return ProtobufTraceSerializer.serializeRequest(spans);
  heads ??= headsFor(attempts[0]!.resource);
  const { resource, scope } = heads;
  const encoded = encoder.encode(attempts);
  const scopeSpans = fieldHead(0x12, scope.length + encoded.length);
  const resourceSpans = fieldHead(0x0a, resource.length + scopeSpans.length + scope.length + encoded.length);
  const ours = [resourceSpans, resource, scopeSpans, scope, encoded];
  if (attempts.length === spans.length) return Buffer.concat(ours);
  const others = ProtobufTraceSerializer.serializeRequest(spans.filter((span) => !(span instanceof AttemptSpan)));
  return others === undefined ? undefined : Buffer.concat([others, ...ours]);
}

/** Cut out of what the SDK makes of an empty span. */
function headsFor(resource: ReadableSpan['resource']): { resource: Buffer; scope: Buffer } {
  const empty = {
    resource,
    instrumentationScope: { name: tracerName },
    name: '',
    kind: 0,
    spanContext: () => ({ traceId: '', spanId: '', traceFlags: 0 }),
    startTime: [0, 0],
    endTime: [0, 0],
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
  const bytes = Buffer.from(ProtobufTraceSerializer.serializeRequest([empty as unknown as ReadableSpan])!);
  const resourceSpans = fieldAt(bytes, 0);
  const first = fieldAt(bytes, resourceSpans.content);
  const scopeSpans = fieldAt(bytes, first.end);
  const scope = fieldAt(bytes, scopeSpans.content);
  return {
    resource: bytes.subarray(resourceSpans.content, first.end),
    scope: bytes.subarray(scopeSpans.content, scope.end),
  };
}

/** Of a field of wire type 2 with a tag of one byte: where its content begins and ends. */
function fieldAt(bytes: Buffer, at: number): { content: number; end: number } {
  let length = 0;
  let position = at + 1;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[position++]!;
    length += (byte & 0x7f) << shift;
    if (byte < 0x80) return { content: position, end: position + length };
  }
}
