import { context, isSpanContextValid, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { childrenOnly } from './children-only.js';

describe('a provider of children only', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = childrenOnly(provider).getTracer('queries');
  const inside = <T>(parent: Span, work: () => T) => context.with(trace.setSpan(ROOT_CONTEXT, parent), work);
  const exported = () =>
    exporter.getFinishedSpans().map(({ name, parentSpanContext: parent }) => [name, parent?.spanId]);

  beforeAll(() => context.setGlobalContextManager(new StackContextManager().enable()));
  afterAll(() => context.disable());
  beforeEach(() => exporter.reset());

  it('makes no span where none is going on, and what uses it does not notice', () => {
    const span = tracer.startSpan('SELECT');
    expect(span.isRecording()).toBe(false);
    expect(isSpanContextValid(span.spanContext())).toBe(false);
    span.setAttribute('rows', 1).setStatus({ code: 1 }).recordException(new Error('no'));
    span.end();
    expect(exported()).toEqual([]);
  });

  it('makes a child of the span that is going on', () => {
    const request = provider.getTracer('http').startSpan('GET /runs');
    inside(request, () => tracer.startSpan('SELECT', { kind: 2 }).end());
    expect(exported()).toEqual([['SELECT', request.spanContext().spanId]]);
    expect(exporter.getFinishedSpans()[0]).toMatchObject({ kind: 2, instrumentationScope: { name: 'queries' } });
  });

  it('goes by the context it is given rather than by the one that is active', () => {
    const request = provider.getTracer('http').startSpan('GET /runs');
    const given = trace.setSpan(ROOT_CONTEXT, request);
    tracer.startSpan('SELECT', {}, given).end();
    inside(request, () => tracer.startSpan('INSERT', {}, ROOT_CONTEXT).end());
    expect(exported()).toEqual([['SELECT', request.spanContext().spanId]]);
  });

  it('keeps to that where a span is made active at once', () => {
    const name = (span: Span) => [span.isRecording(), trace.getActiveSpan() === span];
    expect(tracer.startActiveSpan('SELECT', name)).toEqual([false, true]);
    expect(tracer.startActiveSpan('SELECT', { kind: 2 }, ROOT_CONTEXT, name)).toEqual([false, true]);
    const request = provider.getTracer('http').startSpan('GET /runs');
    inside(request, () => {
      expect(tracer.startActiveSpan('SELECT', { root: true }, name)).toEqual([false, true]);
      tracer.startActiveSpan('INSERT', { kind: 2 }, (span) => {
        expect(name(span)).toEqual([true, true]);
        span.end();
      });
    });
    expect(exported()).toEqual([['INSERT', request.spanContext().spanId]]);
  });

  it('makes none inside one of those it did not make', () => {
    inside(tracer.startSpan('connect'), () => tracer.startSpan('SELECT').end());
    expect(exported()).toEqual([]);
  });
});
