import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { ExportingHub } from './support/otlp/exporting-hub.js';
import { OtlpSink } from './support/otlp/sink.js';
import { tellingSite } from './support/otlp/telling-site.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { until } from './support/triggers/wait.js';

const quick = { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_BLRP_SCHEDULE_DELAY: '100' };
const secret = 'Xq9-vR2_tL7.wZ4';
const site = tellingSite();
let database: { url: string; drop: () => Promise<void> };
let proxy: TcpProxy;
let sink: OtlpSink;
let hub: ExportingHub;

beforeAll(async () => {
  database = await testDatabaseUrl();
  proxy = await TcpProxy.open(database.url);
  sink = await OtlpSink.start();
  hub = await ExportingHub.start(site.path, proxy.url, sink.url, { ...quick, API_TOKEN: secret });
});
afterAll(async () => {
  await hub.kill();
  sink.stop();
  await proxy.close().catch(() => undefined);
  await database.drop();
  site.remove();
});

/** What the hub still had to send from before is sent. */
async function quiet(forget = true): Promise<void> {
  for (let seen = -1; seen !== sink.spans.length;) {
    seen = sink.spans.length;
    await delay(700);
  }
  if (forget) sink.spans.length = 0;
}

describe('what is not traced', () => {
  it('is a hub that has nothing to do, and being asked for its health and its metrics', async () => {
    await quiet();
    for (let n = 0; n < 20; n++) {
      for (const path of ['/health/live', '/health/ready', '/health/ready?verbose']) {
        expect((await fetch(hub.url + path)).status).toBe(200);
      }
      expect((await fetch(hub.metricsUrl!)).status).toBe(200);
      // Long enough for polls, heartbeats, the clock of schedules and a sweep.
      await delay(350);
    }
    expect(sink.spans.map(({ name }) => name)).toEqual([]);
    // It would have come.
    await hub.call('GET', '/runs');
    await until('a span', () => sink.spans.some(({ name }) => name === 'GET /api/v1/runs'));
  });
});

describe('a request that brings an event', () => {
  it('is not the trace of what serves all events, nor of the run', async () => {
    const event = { specversion: '1.0', id: '1', source: '/test', type: 'told' };
    expect((await hub.call('POST', '/events', event, 'application/cloudevents+json')).status).toBe(202);
    const root = () => sink.spans.find(({ attributes }) => attributes['workflow.id'] === 'heard');
    await until('the run', () => root() !== undefined);
    await quiet(false);
    const request = sink.spans.find(({ name }) => name === 'POST /api/v1/events')!;
    expect(root()!.links).toEqual([expect.objectContaining({ traceId: request.traceId })]);
    const own = sink.spans.filter(({ traceId }) => traceId === request.traceId);
    expect(own.map(({ name }) => name)).toContain('events.accept');
    // By their beginnings: two spans' ends, each reckoned from its own start, may differ by a clock's step.
    expect(own.filter(({ from }) => from > request.to).map(({ name }) => name)).toEqual([]);
    const texts = own.map(({ attributes }) => String(attributes['db.query.text']));
    expect(texts.filter((text) => /dispatched_at|run_event/.test(text))).toEqual([]);
  });
});

describe('a step that asks the outside', () => {
  let outside: Server;
  const asked: IncomingHttpHeaders[] = [];
  const paths: (string | undefined)[] = [];
  beforeAll(async () => {
    outside = createServer((request, response) => {
      asked.push(request.headers);
      paths.push(request.url);
      response.end('{}');
    });
    await new Promise<void>((listening) => outside.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => {
    outside.closeAllConnections();
    outside.close();
  });

  it('passes on the trace of its run, from under its own span', async () => {
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/path?q=1`;
    const [id] = await hub.start('asks', 1, { url });
    const run = async () => (await hub.call('GET', `/runs/${id}`)).body as { status: string; traceId: string };
    await until('the run to end', async () => (await run()).status === 'succeeded');
    const { traceId } = await run();
    expect(asked).toHaveLength(1);
    const [, trace, parent, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(asked[0]!['traceparent'] as string) ?? []; // prettier-ignore
    expect([trace, flags]).toEqual([traceId, '01']);
    const own = () => sink.spans.filter((span) => span.traceId === traceId);
    await until('the whole trace', () => own().some(({ name }) => name === 'workflow.execute') && own().length > 2);
    const byId = new Map(own().map((span) => [span.spanId, span]));
    const ancestors: string[] = [];
    for (let at = byId.get(parent!); at !== undefined; at = byId.get(at.parentSpanId ?? '')) ancestors.push(at.name);
    expect(ancestors).toEqual(['GET', 'agent.execute', 'workflow.execute']);
    expect(byId.get(parent!)).toMatchObject({ kind: 'client', attributes: { 'url.full': url } });
  });

  it('tells nobody the secrets that it was given', async () => {
    const url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
    const [id] = await hub.start('leaks', 1, { url });
    const run = async () => (await hub.call('GET', `/runs/${id}`)).body as { status: string; traceId: string };
    await until('the run to end', async () => (await run()).status === 'failed');
    expect(paths.at(-1)).toBe(`/${secret}?key=${secret}`);
    const { traceId } = await run();
    const own = () => sink.spans.filter((span) => span.traceId === traceId);
    await until('the root', () => own().some(({ name }) => name === 'workflow.execute'));
    await until('the line', () => sink.logs.some(({ body }) => String(body).startsWith('it is ')));
    expect(own().find(({ kind }) => kind === 'client')?.attributes['url.full']).toBe(`${url}/***?key=***`);
    expect(own().filter(({ events }) => events.length > 0).map(({ name }) => name).sort()).toEqual(['agent.execute', 'workflow.execute']); // prettier-ignore
    expect(JSON.stringify([sink.spans, sink.logs, hub.lines])).not.toContain(secret);
    expect(await (await fetch(hub.metricsUrl!)).text()).not.toContain(secret);
  });
});

describe('the metrics of the HTTP server', () => {
  it('name the route, whatever the answer', async () => {
    const none = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';
    await hub.call('GET', '/runs');
    await hub.call('GET', `/runs/${none}`);
    await hub.call('GET', '/runs?limit=no');
    await hub.call('POST', '/workflows/nobody/runs', {});
    await hub.call('POST', '/workflows/chain/runs', { inputs: {} });
    await hub.call('POST', '/workflows/chain/runs', {});
    await fetch(`${hub.url}/api/v1/workflows`);
    await fetch(`${hub.url}/api/v1/no/such/thing`, { method: 'PUT' });
    await proxy.close();
    const down = await hub.call('GET', `/runs/${none}`);
    expect(down.status).toBeGreaterThanOrEqual(500);
    expect(await requests()).toEqual(
      expect.arrayContaining([
        'GET /api/v1/runs 200',
        'GET /api/v1/runs 400',
        'GET /api/v1/runs/:id 404',
        `GET /api/v1/runs/:id ${down.status}`,
        'POST /api/v1/workflows/:id/runs 404',
        'POST /api/v1/workflows/:id/runs 400',
        'POST /api/v1/workflows/:id/runs 202',
        'GET /api/v1/workflows 401',
        'PUT (none) 404',
      ]),
    );
  });

  /** `method route status` of all that is counted. */
  async function requests(): Promise<string[]> {
    const text = await (await fetch(hub.metricsUrl!)).text();
    const counts = text.split('\n').filter((line) => line.startsWith('http_server_request_duration_count{'));
    const label = (line: string, name: string) => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '(none)';
    return counts.map((line) => ['http_request_method', 'http_route', 'http_response_status_code'].map((name) => label(line, name)).join(' ')); // prettier-ignore
  }
});
