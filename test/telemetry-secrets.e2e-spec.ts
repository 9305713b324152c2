import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { ExportingHub } from './support/otlp/exporting-hub.js';
import { HttpSink } from './support/otlp/http-sink.js';
import { OtlpSink } from './support/otlp/sink.js';
import { tellingSite } from './support/otlp/telling-site.js';
import { until } from './support/triggers/wait.js';

const quick = { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_BLRP_SCHEDULE_DELAY: '100', OTEL_METRIC_EXPORT_INTERVAL: '300' };
const odd = 'p@ss word/x';
const oddSpellings = [odd, 'p%40ss%20word%2Fx', 'p%40ss+word%2Fx', 'p@ss%20word/x'];
/** How long a hub uses a value before it looks at the file again, ms. */
const maxAge = 5_000;

const site = tellingSite();
const file = join(site.path, 'token');
let database: { url: string; drop: () => Promise<void> };
/** What the steps ask. */
let outside: HttpSink;
let hub: ExportingHub | undefined;

beforeEach(async () => {
  database = await testDatabaseUrl();
  outside = await HttpSink.start();
  writeFileSync(file, 'first-value-of-it');
});
afterEach(async () => {
  await hub?.kill();
  hub = undefined;
  outside.stop();
  await database.drop();
  rmSync(file);
});
afterAll(() => site.remove());

async function start(collector: string, env: Readonly<Record<string, string>> = {}): Promise<ExportingHub> {
  hub = await ExportingHub.start(site.path, database.url, collector, {
    ...quick,
    ODD_TOKEN: odd,
    FILE_TOKEN_FILE: file,
    ...env,
  });
  return hub;
}

/** Its trace's id. */
async function spell(on: ExportingHub): Promise<string> {
  const [id] = await on.start('spells', 1, { url: outside.url });
  const run = async () => (await on.call('GET', `/runs/${id}`)).body as { status: string; traceId: string };
  await until('the run to end', async () => (await run()).status === 'succeeded');
  return (await run()).traceId;
}

describe('addresses that steps ask, with a secret in them', () => {
  it('are exported without it, however it was spelt and by whatever client, also after it was rotated', async () => {
    const sink = await OtlpSink.start();
    try {
      const hub = await start(sink.url);
      const traces = [await spell(hub)];
      writeFileSync(file, 'second-value-of-it');
      await delay(maxAge + 100);
      traces.push(await spell(hub));
      // Somebody asks the hub itself, and has the secret in the address too.
      await fetch(`${hub.url}/api/v1/runs?limit=no&why=${encodeURIComponent(odd)}&${new URLSearchParams({ odd })}`);
      await until('the roots', () =>
        traces.every((id) => sink.spans.some(({ traceId, name }) => traceId === id && name === 'workflow.execute')),
      );
      await until('the request', () => sink.spans.some(({ attributes }) => 'url.query' in attributes && attributes['url.query'] === 'limit=no&why=***&odd=***')); // prettier-ignore
      // Two clients, two ways, two secrets, two runs.
      const calls = sink.spans.filter(({ kind, traceId }) => kind === 'client' && traces.includes(traceId));
      expect(calls.map(({ attributes }) => attributes['url.full'])).toEqual(
        Array.from({ length: 16 }, () => `${outside.url}/***?key=***`),
      );
      const asked = outside.requests.map(({ url }) => url).join(' ');
      expect([...oddSpellings.slice(1), 'first-value', 'second-value'].filter((text) => !asked.includes(text))).toEqual([]); // prettier-ignore
      const told = JSON.stringify([sink.spans, sink.logs, hub.lines]);
      expect([...oddSpellings, 'first-value', 'second-value'].filter((text) => told.includes(text))).toEqual([]);
      expect(sink.spans[0]!.resource).toMatchObject({
        'service.name': 'commandcenter',
        'telemetry.sdk.language': 'nodejs',
        'telemetry.sdk.name': 'opentelemetry',
      });
    } finally {
      sink.stop();
    }
  });

  it.each(['http/json', 'http/protobuf'])('are without it by %s too, and on the console', async (protocol) => {
    const collector = await HttpSink.start();
    try {
      const hub = await start(collector.url, {
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_TRACES_EXPORTER: 'otlp,console',
        OTEL_METRICS_EXPORTER: 'prometheus,otlp',
      });
      await spell(hub);
      await until('spans and metrics', () => {
        const metrics = collector.sent('/v1/metrics');
        return collector.sent('/v1/traces').includes('workflow.execute') && metrics.includes('workflow_runs_total');
      });
      expect(await (await fetch(hub.metricsUrl!)).text()).toMatch(/^workflow_runs_total\{workflow_id="spells".* 1$/m);
      await hub.stop();
      const [traces, console] = [collector.sent('/v1/traces'), hub.output];
      for (const text of [traces, console]) {
        expect(text).toContain('agent.execute');
        expect(text).toContain(`${outside.url}/***?key=***`);
      }
      const all = [...collector.requests.map(({ body }) => body), console].join('\n');
      expect([...oddSpellings, 'first-value'].filter((text) => all.includes(text))).toEqual([]);
    } finally {
      collector.stop();
    }
  });
});

describe('a hub that cannot start', () => {
  it('sends what it had to say', async () => {
    const sink = await OtlpSink.start();
    try {
      await expect(
        ExportingHub.start(site.path, 'postgres://nobody@127.0.0.1:1/none', sink.url, { OTEL_BLRP_SCHEDULE_DELAY: '3600000' }),
      ).rejects.toThrow('CC_DATABASE_UNAVAILABLE'); // prettier-ignore
      expect(sink.logs.map(({ body }) => body)).toEqual([expect.stringContaining('Metrics: ')]);
    } finally {
      sink.stop();
    }
  });
});
