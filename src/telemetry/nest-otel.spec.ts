import { context, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { CcError } from '../errors/index.js';
import { Span } from './nest-otel.js';

class Shell {
  constructor(private readonly outcome: () => number) {}

  @Span('shell.work')
  async work(add: number): Promise<number> {
    return this.outcome() + add;
  }
}

describe('a method in a span', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    context.setGlobalContextManager(new StackContextManager().enable());
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  });
  afterAll(() => {
    context.disable();
    trace.disable();
  });
  beforeEach(() => exporter.reset());
  const work = (outcome: () => number) => new Shell(outcome).work(1);
  const fail = (error: Error) =>
    work(() => {
      throw error;
    });
  const seen = () => exporter.getFinishedSpans().map(({ name, status, events, attributes }) => ({ name, status: status.code, events: events.length, attributes })); // prettier-ignore

  it('gives what the method gives', async () => {
    expect(await work(() => 41)).toBe(42);
    expect(seen()).toEqual([{ name: 'shell.work', status: 0, events: 0, attributes: {} }]);
  });

  it('is no error where the caller was wrong, and names the code', async () => {
    const error = new CcError('CC_RUN_NOT_FOUND', 'there is no run 7');
    await expect(fail(error)).rejects.toBe(error);
    expect(seen()).toEqual([
      { name: 'shell.work', status: 0, events: 0, attributes: { 'error.type': 'CC_RUN_NOT_FOUND' } },
    ]);
  });

  it.each([
    ['CC_DATABASE_UNAVAILABLE', new CcError('CC_DATABASE_UNAVAILABLE', 'gone')],
    ['a fault', new TypeError('a fault')],
  ])('is an error with the exception where the hub was: %s', async (_, error) => {
    await expect(fail(error)).rejects.toBe(error);
    expect(seen()).toEqual([{ name: 'shell.work', status: 2, events: 1, attributes: {} }]);
  });
});
