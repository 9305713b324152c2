import { ROOT_CONTEXT, SeverityNumber, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { BlackHole, OtlpSink } from './support/otlp/sink.js';
import { until } from './support/triggers/wait.js';

const resource = resourceFromAttributes({ 'service.name': 'sender', 'process.pid': 7 });
const sending: { shutdown(): Promise<void> }[] = [];
let sink: OtlpSink;

function tracers(url: string, timeoutMillis = 10_000): TracerProvider {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis });
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
  sending.push(provider);
  return provider;
}

function send(provider: TracerProvider, name = 'one'): Promise<void> {
  provider.getTracer('test').startSpan(name).end();
  return provider.forceFlush();
}

/** Providers reject with lists of errors. */
const arrives = (sent: Promise<void>) =>
  sent.then(
    () => true,
    () => false,
  );

beforeEach(async () => {
  sink = await OtlpSink.start();
});
afterEach(async () => {
  await Promise.all(sending.splice(0).map((provider) => provider.shutdown().catch(() => undefined)));
  sink.stop();
});

describe('the OTLP sink', () => {
  it('gets spans as they were sent', async () => {
    const provider = tracers(sink.url);
    const tracer = provider.getTracer('the scope');
    const from = Date.now() - 1_000;
    const linked = tracer.startSpan('linked');
    const root = tracer.startSpan('root', { kind: SpanKind.SERVER, startTime: from, root: true });
    const child = tracer.startSpan(
      'child',
      {
        startTime: from + 10,
        attributes: { text: 'x', whole: 42, big: 2 ** 40, part: 0.5, no: false, list: ['a', 'b'], numbers: [1, 2.5] },
        links: [{ context: linked.spanContext(), attributes: { why: 'because' } }],
      },
      trace.setSpan(ROOT_CONTEXT, root),
    );
    child.recordException(new TypeError('broken'), from + 20);
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' }).end(from + 30.25);
    root.setStatus({ code: SpanStatusCode.OK }).end(from + 40);
    await provider.forceFlush();
    expect(sink.spans.map(({ name }) => name)).toEqual(['child', 'root']);
    const [got, parent] = sink.spans;
    expect(parent).toMatchObject({
      ...ids(root),
      parentSpanId: undefined,
      kind: 'server',
      attributes: {},
      events: [],
      links: [],
      status: { code: 'ok', message: '' },
    });
    expect(got).toMatchObject({
      ...ids(child),
      parentSpanId: parent!.spanId,
      kind: 'internal',
      scope: 'the scope',
      resource: { 'service.name': 'sender', 'process.pid': 7 },
      links: [{ ...ids(linked), attributes: { why: 'because' } }],
      status: { code: 'error', message: 'broken' },
    });
    expect(got!.attributes).toEqual({
      text: 'x', whole: 42, big: 2 ** 40, part: 0.5, no: false, list: ['a', 'b'], numbers: [1, 2.5],
    }); // prettier-ignore
    expect([got!.from, got!.to].map((at) => at - from)).toEqual([expect.closeTo(10, 2), expect.closeTo(30.25, 2)]);
    expect(got!.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'broken' } },
    ]);
    expect(got!.events[0]!.at - from).toBeCloseTo(20, 2);
  });

  it('gets log records, with the span in which they were written', async () => {
    const exporter = new OTLPLogExporter({ url: sink.url });
    const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] });
    sending.push(provider);
    const span = tracers(sink.url).getTracer('t').startSpan('around');
    const at = Date.now();
    const logger = provider.getLogger('the scope');
    const context = trace.setSpan(ROOT_CONTEXT, span);
    const attributes = { run: 'r1', nested: { deep: [1, 'two', null] } };
    logger.emit({
      body: 'hello', timestamp: at, severityNumber: SeverityNumber.WARN, severityText: 'warn', attributes, context,
    }); // prettier-ignore
    logger.emit({ body: 'nowhere', severityNumber: SeverityNumber.INFO });
    await provider.forceFlush();
    expect(sink.logs).toMatchObject([
      {
        ...ids(span),
        body: 'hello',
        severity: 'warn',
        scope: 'the scope',
        resource: { 'service.name': 'sender' },
        attributes,
      },
      { traceId: undefined, spanId: undefined, body: 'nowhere', severity: 'info' },
    ]);
    expect(sink.logs[0]!.at).toBe(at);
    expect(Math.abs(sink.logs[1]!.at - at)).toBeLessThan(1_000);
  });

  it('gets each of thousands of spans once', async () => {
    const provider = tracers(sink.url);
    const tracer = provider.getTracer('test');
    for (let n = 0; n < 2_000; n++) tracer.startSpan(`s${n}`).end();
    await provider.forceFlush();
    expect(new Set(sink.spans.map(({ name }) => name)).size).toBe(2_000);
    expect(sink.spans).toHaveLength(2_000);
    expect(sink.calls.traces).toBeGreaterThanOrEqual(4);
  });

  it('answers late when it is slow, and keeps what it got', async () => {
    sink.mode = { slowMs: 300 };
    const began = performance.now();
    await send(tracers(sink.url));
    expect(performance.now() - began).toBeGreaterThan(280);
    expect(sink.spans).toHaveLength(1);
  });

  it('refuses so that exporters know', async () => {
    sink.mode = 'refusing';
    expect(await arrives(send(tracers(sink.url, 300)))).toBe(false);
    expect(sink.calls.traces).toBeGreaterThanOrEqual(1);
    expect(sink.spans).toEqual([]);
  });

  it('says nothing for ever when it is silent', async () => {
    sink.mode = 'silent';
    expect(await arrives(send(tracers(sink.url, 300)))).toBe(false);
    expect([sink.calls.traces, sink.spans.length]).toEqual([1, 0]);
  });

  it('comes back on its port', async () => {
    const provider = tracers(sink.url, 300);
    await send(provider, 'before');
    const { port } = sink;
    sink.stop();
    expect(await arrives(send(provider, 'lost'))).toBe(false);
    sink = await OtlpSink.start({ port });
    // The channel tries again when its back-off is over.
    await until('the exporter to find it', async () => {
      await send(provider, 'after').catch(() => undefined);
      return sink.spans.length > 0;
    });
    expect(sink.spans[0]!.name).toBe('after');
  });
});

it('a black hole takes connections and answers nothing', async () => {
  const hole = await BlackHole.start();
  const arrived = await arrives(send(tracers(hole.url, 500)));
  hole.stop();
  expect([arrived, hole.connections]).toEqual([false, 1]);
});

function ids(span: { spanContext(): { traceId: string; spanId: string } }): { traceId: string; spanId: string } {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}
