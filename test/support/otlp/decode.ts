/** A value of an attribute or a body, as the caller of the SDK wrote it. */
type Value = string | number | boolean | null | Uint8Array | readonly Value[] | { readonly [key: string]: Value };
type Attributes = Readonly<Record<string, Value>>;

/** Times are milliseconds since 1970, with fractions. */
export interface SinkSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  readonly from: number;
  readonly to: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly at: number; readonly attributes: Attributes }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: Attributes }[];
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message: string };
  readonly resource: Attributes;
  readonly scope: string;
}

export interface SinkLog {
  /** Of the span in which it was written. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly at: number;
  readonly severity: string;
  readonly body: Value;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly scope: string;
}

/** Messages as the loader gives them: 64-bit numbers and enums are texts, of a `oneof` only what was sent is there. */
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
  readonly bytesValue?: Uint8Array;
}
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue | null;
}
interface From {
  readonly resource: { readonly attributes: readonly KeyValue[] } | null;
}
interface Scope {
  readonly scope: { readonly name: string } | null;
}
interface WithAttributes {
  readonly attributes: readonly KeyValue[];
}
interface Span extends WithAttributes {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly name: string;
  readonly kind: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly events: readonly (WithAttributes & { readonly name: string; readonly timeUnixNano: string })[];
  readonly links: readonly (WithAttributes & { readonly traceId: Uint8Array; readonly spanId: Uint8Array })[];
  readonly status: { readonly code: string; readonly message: string } | null;
}
interface LogRecord extends WithAttributes {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityText: string;
  readonly severityNumber: string;
  readonly body: AnyValue | null;
}
export interface TraceRequest {
  readonly resourceSpans: readonly (From & { readonly scopeSpans: readonly (Scope & { readonly spans: readonly Span[] })[] })[]; // prettier-ignore
}
export interface LogsRequest {
  readonly resourceLogs: readonly (From & { readonly scopeLogs: readonly (Scope & { readonly logRecords: readonly LogRecord[] })[] })[]; // prettier-ignore
}

export function spansOf({ resourceSpans }: TraceRequest): SinkSpan[] {
  return resourceSpans.flatMap((from) => {
    const resource = attributesOf(from.resource?.attributes ?? []);
    return from.scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => spanOf(span, resource, scope?.name ?? '')),
    );
  });
}

export function logsOf({ resourceLogs }: LogsRequest): SinkLog[] {
  return resourceLogs.flatMap((from) => {
    const resource = attributesOf(from.resource?.attributes ?? []);
    return from.scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map((record) => logOf(record, resource, scope?.name ?? '')),
    );
  });
}

function spanOf(span: Span, resource: Attributes, scope: string): SinkSpan {
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId) || undefined,
    name: span.name,
    kind: span.kind.replace('SPAN_KIND_', '').toLowerCase() as SinkSpan['kind'],
    from: ms(span.startTimeUnixNano),
    to: ms(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, timeUnixNano, attributes }) => ({
      name,
      at: ms(timeUnixNano),
      attributes: attributesOf(attributes),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId: hex(traceId),
      spanId: hex(spanId),
      attributes: attributesOf(attributes),
    })),
    status: {
      code: (span.status?.code ?? 'unset').replace('STATUS_CODE_', '').toLowerCase() as SinkSpan['status']['code'],
      message: span.status?.message ?? '',
    },
    resource,
    scope,
  };
}

function logOf(record: LogRecord, resource: Attributes, scope: string): SinkLog {
  return {
    traceId: hex(record.traceId) || undefined,
    spanId: hex(record.spanId) || undefined,
    at: ms(record.timeUnixNano === '0' ? record.observedTimeUnixNano : record.timeUnixNano),
    severity: record.severityText || record.severityNumber.replace('SEVERITY_NUMBER_', '').toLowerCase(),
    body: valueOf(record.body),
    attributes: attributesOf(record.attributes),
    resource,
    scope,
  };
}

function attributesOf(list: readonly KeyValue[]): Attributes {
  return Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: AnyValue | null): Value {
  if (value === null) return null;
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(valueOf);
  if (value.kvlistValue !== undefined) return attributesOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function ms(nanoseconds: string): number {
  // A double cannot hold the nanoseconds since 1970.
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}
