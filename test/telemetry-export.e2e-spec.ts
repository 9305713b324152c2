import { createServer } from 'node:net';
import pg from 'pg';
import { testDatabaseUrl } from './support/database.js';
import { ExportingHub } from './support/otlp/exporting-hub.js';
import { BlackHole, type Mode, OtlpSink } from './support/otlp/sink.js';
import { tellingSite } from './support/otlp/telling-site.js';

/** Nothing leaves by itself before the end of a test. */
const never = { OTEL_BSP_SCHEDULE_DELAY: '3600000', OTEL_BLRP_SCHEDULE_DELAY: '3600000' };
/** Milliseconds a hub may take to stop when nobody takes its telemetry: it waits 5 s for the collector. */
const longestStop = 9_000;

const site = tellingSite();
let database: { url: string; drop: () => Promise<void> };
let sql: pg.Client;
let sink: OtlpSink;
const hubs: ExportingHub[] = [];

async function start(collector: string, env: Readonly<Record<string, string>> = {}): Promise<ExportingHub> {
  const hub = await ExportingHub.start(site.path, database.url, collector, env);
  hubs.push(hub);
  return hub;
}

beforeEach(async () => {
  database = await testDatabaseUrl();
  sql = new pg.Client(database.url);
  await sql.connect();
  sink = await OtlpSink.start();
});
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.kill()));
  sink.stop();
  await sql.end();
  await database.drop();
});
afterAll(() => site.remove());

/** What of the runs' own telemetry did not arrive, or arrived twice. */
async function missing(): Promise<string[]> {
  const { rows } = await sql.query<{
    id: string;
    workflow_id: string;
    trace_id: string;
    span_id: string;
    status: string;
  }>('SELECT id, workflow_id, trace_id, span_id, status FROM run');
  const spans = Map.groupBy(sink.spans, ({ traceId }) => traceId);
  const logs = Map.groupBy(sink.logs, ({ attributes }) => attributes['workflow.run.id']);
  const wrong = rows.flatMap(({ id, workflow_id, trace_id, span_id, status }) => {
    const own = spans.get(trace_id) ?? [];
    const roots = own.filter(({ name }) => name === 'workflow.execute');
    const steps = own.filter(({ name, parentSpanId }) => name === 'agent.execute' && parentSpanId === span_id);
    const lines = logs.get(id) ?? [];
    const has = [
      status,
      roots.map(({ spanId }) => spanId === span_id),
      steps.map(({ attributes }) => attributes['workflow.step']).sort(),
      lines.length,
    ];
    const should = ['succeeded', [true], workflow_id === 'slow' ? ['a'] : ['a', 'b'], 1];
    return JSON.stringify(has) === JSON.stringify(should) ? [] : [`${id}: ${JSON.stringify(has)}`];
  });
  return wrong.length > 5 ? [`${wrong.length} of ${rows.length}`, ...wrong.slice(0, 5)] : wrong;
}

describe('a hub that is told to stop sends all it has', () => {
  it('when everything is still in its buffers, also of runs that end while it stops', async () => {
    const queue = { OTEL_BSP_MAX_QUEUE_SIZE: '20000', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20000', OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '8192' }; // prettier-ignore
    const hub = await start(sink.url, { ...never, ...queue });
    await hub.succeed('chain', 300);
    await hub.start('slow', 20);
    expect([sink.calls.traces, sink.calls.logs]).toEqual([0, 0]);
    await hub.stop();
    expect(await missing()).toEqual([]);
    // Every line but the one after the flush.
    const said = hub.lines.map(({ msg }) => msg);
    expect(said.at(-1)).toBe('Stopped');
    expect(sink.logs.map(({ body }) => body).sort()).toEqual(said.slice(0, -1).sort());
  });

  it('with the queues as they are by default', async () => {
    const hub = await start(sink.url, never);
    await hub.succeed('chain', 300);
    await hub.start('slow', 20);
    await hub.stop();
    expect(await missing()).toEqual([]);
  });

  it('in many batches, to a collector that lags behind', async () => {
    sink.mode = { slowMs: 600 };
    // The exporter refuses more than 30 batches at once: that many have to hold the queue.
    const queue = { OTEL_BSP_MAX_QUEUE_SIZE: '9000', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '300', OTEL_BLRP_MAX_QUEUE_SIZE: '3000', OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '100' }; // prettier-ignore
    const hub = await start(sink.url, queue);
    await hub.succeed('chain', 900);
    const sent = { ...sink.calls };
    await hub.stop();
    expect(sink.calls.traces - sent.traces).toBeGreaterThan(3);
    expect(sink.calls.logs - sent.logs).toBeGreaterThan(3);
    expect(await missing()).toEqual([]);
  });
});

describe('a collector in trouble costs no run, and no time at the end', () => {
  /** Milliseconds the hub took to stop after its runs, and what it said of telemetry. */
  const run = async (collector: string) => {
    const hub = await start(collector, { OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_BLRP_SCHEDULE_DELAY: '200' });
    await hub.succeed('chain', 150);
    const took = await hub.stop();
    return { took, complaints: hub.lines.filter((line) => 'context' in line && line.context === 'Telemetry') };
  };

  it('whether there is none, or it refuses, is silent or slow, or its address swallows everything', async () => {
    const hole = await BlackHole.start();
    const modes: Mode[] = ['refusing', 'silent', { slowMs: 3_000 }];
    const sinks = await Promise.all(modes.map((mode) => OtlpSink.start({ mode })));
    sink.stop();
    try {
      // At once: most of the time each of them waits for its collector.
      const ended = await Promise.all([sink, ...sinks, hole].map(({ url }) => run(url)));
      const { rows } = await sql.query<{ n: number }>("SELECT count(*)::int AS n FROM run WHERE status = 'succeeded'");
      expect(rows).toEqual([{ n: 5 * 150 }]);
      expect(ended.filter(({ took }) => took >= longestStop)).toEqual([]);
      expect(sinks.map(({ calls }) => calls.traces > 0)).toEqual([true, true, true]);
      expect(hole.connections).toBeGreaterThan(0);
      // Many batches were lost: of spans, and of lines, with the lines that tell of it among them.
      const [none, refusing] = ended;
      for (const { complaints } of [none!, refusing!]) {
        expect(complaints).toContainEqual(
          expect.objectContaining({ level: 'warn', msg: expect.stringContaining('UNAVAILABLE') as string }),
        );
      }
      expect(ended.filter(({ complaints }) => complaints.length > 5)).toEqual([]);
    } finally {
      hole.stop();
      for (const one of sinks) one.stop();
    }
  });

  it('and once it is back it gets what happens from then on', async () => {
    const { port } = sink;
    sink.stop();
    const hub = await start(sink.url, { OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_BLRP_SCHEDULE_DELAY: '200' });
    await hub.succeed('chain', 50);
    sink = await OtlpSink.start({ port });
    const before = Date.now();
    while (sink.calls.traces === 0 && Date.now() - before < 30_000) await hub.succeed('chain', 1);
    await sql.query('DELETE FROM run');
    await hub.succeed('chain', 100);
    await hub.stop();
    expect(await missing()).toEqual([]);
  });

  it('nor memory: what the queues do not hold is let go', async () => {
    sink.mode = 'silent';
    const growth = async (queue: string): Promise<number> => {
      const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0', OTEL_BSP_MAX_QUEUE_SIZE: queue, OTEL_BLRP_MAX_QUEUE_SIZE: queue }; // prettier-ignore
      const hub = await start(sink.url, env);
      // Until the queues are full, also of lines, and the hub has warmed up.
      await hub.succeed('chain', 1_000);
      const before = await hub.liveHeap();
      await hub.succeed('chain', 1_500);
      const after = await hub.liveHeap();
      await hub.kill();
      return Math.round((after - before) / 1024);
    };
    // The second shows what the first would be if it did.
    const [bounded, endless] = [await growth('400'), await growth('1000000')];
    expect(bounded).toBeLessThan(endless / 2);
  }, 180_000);
});

describe('telemetry that is switched off', () => {
  it('listens nowhere, sends nothing, and runs go on', async () => {
    const port = await freePort();
    const hub = await start(sink.url, { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_PROMETHEUS_PORT: String(port) });
    await hub.succeed('chain', 50);
    expect(hub.metricsUrl).toBeUndefined();
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
    await hub.stop();
    expect([sink.calls.traces, sink.calls.logs]).toEqual([0, 0]);
  });
});

describe('two hubs with one port for Prometheus', () => {
  it('both work; the second says that it has no metrics', async () => {
    const port = String(await freePort());
    const first = await start(sink.url, { OTEL_EXPORTER_PROMETHEUS_PORT: port });
    const second = await start(sink.url, { OTEL_EXPORTER_PROMETHEUS_PORT: port });
    expect(first.metricsUrl).toBe(`http://127.0.0.1:${port}/metrics`);
    expect(second.metricsUrl).toBeUndefined();
    expect(second.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining(`127.0.0.1:${port}`) as string }),
    );
    await second.succeed('chain', 20);
    expect((await fetch(first.metricsUrl!)).status).toBe(200);
    await second.stop();
    await first.stop();
    expect(await missing()).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
