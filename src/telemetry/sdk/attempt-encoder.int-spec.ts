import { type Span, trace } from '@opentelemetry/api';
import { OtlpSink } from '../../../test/support/otlp/sink.js';
import { AttemptSpan } from '../engine/attempt-span.js';
import { RunTrace } from '../engine/run-trace.js';
import { type RunningTelemetry, startTelemetry } from '../index.js';
import { tracerName } from '../names.js';

const run = {
  runId: '01a207dd-beb3-71bc-a135-4d69986ce00e',
  workflow: 'flow',
  name: 'Flow',
  version: 'v1',
  trigger: 'manual',
  traceId: 'f1e2d3c4b5a697887766554433221100',
  spanId: '8000000000000001',
};
const at = 1_790_000_000_123;

let sink: OtlpSink;
let telemetry: RunningTelemetry;

beforeAll(async () => {
  sink = await OtlpSink.start();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://127.0.0.1:${sink.port}`;
  process.env['OTEL_LOGS_EXPORTER'] = 'none';
  const config = { workflowLabelBudget: 200, enabled: true, metricsHost: '127.0.0.1', metricsPort: 0 };
  telemetry = await startTelemetry(config);
});
afterAll(() => sink.stop());

const cases = [
  { step: 'a', attempt: 1, agent: 'http', action: 'request', title: 'HTTP', ms: 0 },
  { step: 'a', attempt: 2, agent: 'http', action: 'request', title: 'HTTP', ms: 127 },
  { step: 'long_name_of_a_step_'.repeat(9), attempt: 300, agent: 'x', action: 'y', title: 'Zürich 🏔', ms: 128 },
  { step: 'c', attempt: 100_000, agent: 'http', action: 'request', title: '', ms: 16_384 },
  { step: 'b', attempt: 1, agent: 'http', action: 'request', title: 'HTTP', ms: 40 * 86_400_000 },
];

describe('attempts that we encode', () => {
  it('arrive as the same attempts do when they are spans of the SDK', async () => {
    const runTrace = new RunTrace(trace.getTracer(tracerName), run, at);
    const made = cases.map(({ title, ms, ...facts }) => {
      const start = (touch: (span: Span) => void) => {
        const [span] = runTrace.startAttempt(facts, title, at);
        touch(span);
        runTrace.endAttempt(span, 'succeeded', { from: at, to: at + ms }, undefined);
        return span;
      };
      // To name it as it is called makes it one of the SDK's, and changes nothing.
      return { ours: start(() => undefined), theirs: start((span) => span.updateName('agent.execute')) };
    });
    expect(made.every(({ ours }) => ours instanceof AttemptSpan)).toBe(true);
    await telemetry.shutdown();

    const arrived = (span: Span) => {
      const { spanId } = span.spanContext();
      const { spanId: _id, ...rest } = sink.spans.find((one) => one.spanId === spanId)!;
      return rest;
    };
    for (const { ours, theirs } of made) expect(arrived(ours)).toEqual(arrived(theirs));
    expect(arrived(made[2]!.ours)).toMatchObject({
      traceId: run.traceId,
      parentSpanId: run.spanId,
      name: 'agent.execute',
      kind: 'internal',
      from: at,
      to: at + 128,
      attributes: {
        'agent.attempt': 300,
        'agent.name': 'Zürich 🏔',
        'agent.duration.ms': 128,
        'agent.status': 'succeeded',
      },
      resource: { 'service.name': 'commandcenter' },
      scope: tracerName,
    });
    expect(sink.spans).toHaveLength(2 * cases.length);
  });
});
