import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { RedactingProcessor } from './redacting-processor.js';

describe('spans on their way out', () => {
  const exporter = new InMemorySpanExporter();
  const redact = (text: string) => text.replaceAll('secret', '***');
  const provider = new TracerProvider({
    spanProcessors: [new RedactingProcessor(redact), new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('calls');
  beforeEach(() => exporter.reset());
  const last = () => exporter.getFinishedSpans()[0]!;

  it('say the secret in no text, whoever wrote it', () => {
    const context = { traceId: 'f1e2d3c4b5a697887766554433221100', spanId: '8000000000000001', traceFlags: 1 };
    const span = tracer.startSpan('GET a-secret', {
      attributes: { 'url.path': '/secret', 'http.request.header.x': ['secret', 'y'], count: 1, on: true },
      links: [{ context, attributes: { from: 'secret' } }],
    });
    span.setAttribute('url.query', '?key=secret&more=1');
    span.setAttribute('nested', { list: [{ deep: 'secret' }], n: 1 });
    span.addEvent('met a secret', { why: 'secret', n: 1 });
    span.recordException(new TypeError('not the secret'));
    span.setStatus({ code: 2, message: 'failed on secret' });
    span.end();
    const { name, attributes, events, links, status } = last();
    expect(JSON.stringify([name, attributes, events, links, status])).not.toContain('secret');
    expect({ name, attributes, status }).toEqual({
      name: 'GET a-***',
      attributes: {
        'url.path': '/***',
        'url.query': '?key=***&more=1',
        'http.request.header.x': ['***', 'y'],
        nested: { list: [{ deep: '***' }], n: 1 },
        count: 1,
        on: true,
      },
      status: { code: 2, message: 'failed on ***' },
    });
    expect(events[0]).toMatchObject({ name: 'met a ***', attributes: { why: '***', n: 1 } });
    expect(events[1]!.attributes).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'not the ***' });
    expect(events[1]!.attributes!['exception.stacktrace']).toContain('TypeError: not the ***\n');
    expect(links[0]).toMatchObject({ context: { spanId: context.spanId }, attributes: { from: '***' } });
  });

  it('leave what the caller gave as it was', () => {
    const attributes = { text: 'secret', list: ['secret'] };
    const link = { context: tracer.startSpan('x').spanContext(), attributes: { text: 'secret' } };
    const status = { code: 2, message: 'secret' };
    tracer
      .startSpan('x', { attributes, links: [link] })
      .addEvent('x', attributes)
      .setStatus(status)
      .end();
    expect([attributes, link.attributes, status]).toEqual([
      { text: 'secret', list: ['secret'] },
      { text: 'secret' },
      { code: 2, message: 'secret' },
    ]);
    expect(last().attributes).toEqual({ text: '***', list: ['***'] });
  });

  it.each([
    ['https://me:password@host:1/path?a=b@c', 'https://host:1/path?a=b@c'],
    ['https://me@host/', 'https://host/'],
    ['https://host/a@b', 'https://host/a@b'],
  ])('do not say who asks: %s', (url, safe) => {
    tracer.startSpan('GET', { attributes: { 'url.full': url } }).end();
    expect(last().attributes['url.full']).toBe(safe);
  });
});
