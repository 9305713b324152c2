import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { scenarios } from '../observability/prometheus/rules-src/cases.js';
import { type Instrument, instruments, seriesOf, standardMetrics } from '../src/telemetry/names.js';
import { testDatabaseUrl } from './support/database.js';
import { halfSentRequests, keptAlive } from './support/metrics/connections.js';
import { differences, expectedSeries, type Known } from './support/metrics/expected.js';
import { type Ledger, nothing, readLedger } from './support/metrics/ledger.js';
import { MeteredHub, untilRuns, untilTold } from './support/metrics/metered-hub.js';
import { Outside } from './support/metrics/outside.js';
import type { Labels, Scrape } from './support/metrics/scrape.js';
import { MeteredSite } from './support/metrics/site.js';
import { never, sleepingSchedule } from './support/metrics/sleeping-schedule.js';
import { everyWay } from './support/metrics/workflows.js';
import { seriesIn } from './support/rules/series-in.js';
import { until } from './support/triggers/wait.js';

const maxRuns = 6;
/** Two gauges of a scrape share a question to the database for as long. */
const freshMs = 1_100;
const ours: readonly Instrument[] = Object.values(instruments);
/** Counted by the engine as it goes; the rest are gauges, read at a scrape. */
const nextDue = instruments.workflowScheduleNextDue.name;
const counted = ours.filter(({ kind }) => kind !== 'gauge').flatMap(seriesOf);

interface Triggered {
  readonly steps: object;
  readonly on?: object;
  readonly cost?: { readonly perMinute: number };
}

describe('the metrics of a hub', () => {
  let outside: Outside;
  let site: MeteredSite;
  let database: { url: string; drop: () => Promise<void> };
  let sql: pg.Client;
  let hub: MeteredHub;
  let known: Known;
  let scrape: Scrape;
  let ledger: Ledger;
  let fires = 0;

  beforeAll(async () => {
    outside = await Outside.listen();
    const workflows = everyWay(outside.url);
    site = new MeteredSite(workflows, { maxRuns, holdTimers: '200ms', maxOutputBytes: 2_000 });
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
    await sleepingSchedule(sql, 'by-clock', workflows['by-clock']);
    hub = await MeteredHub.start(site.path, database.url);
    known = {
      workflows: Object.entries<Triggered>(workflows).map(([id, { on, cost }]) => ({
        id,
        triggers: ['manual', 'rerun', ...Object.keys(on ?? {})],
        ...cost,
      })),
      agents: (await hub.call('GET', '/agents')).body.items,
      plugins: (await hub.call('GET', '/plugins')).body.items,
    };
  });
  afterAll(async () => {
    await hub?.end('SIGKILL');
    await outside.close();
    await sql.end();
    await database.drop();
    site.remove();
  });

  const runs = (times: number, workflow: string) => Promise.all(Array.from({ length: times }, () => hub.run(workflow)));
  const event = (id: string, type = 'thing.happened') =>
    hub.call('POST', '/events', { specversion: '1.0', source: '/test', id, type }, 'application/cloudevents+json');

  /** Three fires, while the gauge follows the row. */
  async function everySecond(): Promise<void> {
    const due = async () =>
      Number((await sql.query(`SELECT extract(epoch FROM next_at) AS at FROM schedule`)).rows[0].at);
    await sql.query("UPDATE schedule SET next_at = date_trunc('second', clock_timestamp())");
    const seen = new Set<number>();
    await until('three seconds of the gauge', async () => {
      const from = await due();
      const now = (await hub.scrape()).sum(nextDue, { workflow_id: 'by-clock' });
      expect(now).toBeGreaterThanOrEqual(from);
      expect(now).toBeLessThanOrEqual(await due());
      return seen.add(now).size > 3;
    });
    await sql.query('UPDATE schedule SET next_at = $1', [never]);
    fires = (await sql.query(`SELECT FROM trigger_dedupe WHERE kind = 'schedule'`)).rowCount!;
    expect(fires).toBeGreaterThanOrEqual(3);
  }

  test('counters of known label sets are born at 0', async () => {
    const born = await hub.scrape();
    expect(known.agents.map(({ id }) => id).sort()).toEqual(['http', 'transform', 'worker']);
    expect(differences(expectedSeries(known, nothing), born.series(counted))).toEqual([]);
  });

  test('gauges say what is going on', async () => {
    await Promise.all([
      runs(5, 'succeeds'), runs(2, 'side-by-side'), runs(3, 'fails-for-good'), runs(2, 'recovers'), runs(2, 'gives-up'),
      runs(2, 'step-too-slow'), runs(2, 'run-too-slow'), runs(2, 'output-too-large'), runs(2, 'goes-on'),
      runs(1, 'bad-condition'), runs(2, 'bad-input'), runs(3, 'spends'), runs(2, 'waits-a-while'),
      runs(2, 'asks-in-haste'), hub.run('picky', { n: 1 }),
    ]); // prettier-ignore
    // None of these starts a run.
    expect((await hub.call('POST', '/workflows/picky/runs', { input: { n: 'one' } })).status).toBe(400);
    expect((await hub.call('POST', '/workflows/nobody/runs', {})).status).toBe(404);
    for (const id of ['1', '2', '2', '3']) expect((await event(id)).status).toBe(202);
    expect((await event('4', 'thing.nobody.waits.for')).status).toBe(202);
    await everySecond();
    await untilRuns(sql, 0, 'finished_at IS NULL');

    outside.hold();
    const [waiting] = await runs(1, 'waits-long');
    await untilRuns(sql, 1, `status = 'waiting' AND owner IS NULL`);
    const held = await runs(maxRuns, 'is-held');
    await until('the hub to be full', () => outside.held === maxRuns);
    const queued = await runs(2, 'is-held');
    await delay(freshMs);
    const before = await sql.query<{ age: number }>(
      `SELECT extract(epoch FROM now() - min(created_at))::float8 AS age FROM run WHERE status = 'queued'`,
    );
    const full = await hub.scrape();
    expect(Object.fromEntries(full.series(['workflows_active']))).toEqual({
      'workflows_active{status="queued"}': 2,
      'workflows_active{status="running"}': maxRuns,
      'workflows_active{status="waiting"}': 1,
      'workflows_active{status="paused"}': 0,
    });
    const oldest = full.sum('workflow_queue_oldest_seconds');
    expect(oldest).toBeGreaterThanOrEqual(before.rows[0]!.age);
    expect(oldest).toBeLessThan(before.rows[0]!.age + 10);

    for (const id of [queued[0], held[0], waiting]) {
      expect((await hub.call('POST', `/runs/${id}/cancel`, {})).status).toBe(202);
    }
    await untilRuns(sql, 1, `status = 'cancelled' AND id = '${held[0]}'`);
    outside.release();
    await untilRuns(sql, 0, 'finished_at IS NULL');
    await untilTold(sql, async () => (await hub.scrape()).sum('workflow_runs_total'));
    await delay(freshMs);
    scrape = await hub.scrape();
    ledger = await readLedger(sql);
    expect([...scrape.series(['workflows_active', 'workflow_queue_oldest_seconds']).values()]).toEqual([0, 0, 0, 0, 0]);
  }, 120_000);

  test('every counter and histogram says what PostgreSQL says, and nothing else', () => {
    expect(differences(expectedSeries(known, ledger), scrape.series(counted))).toEqual([]);
  });

  test('and that is what was done', async () => {
    expect(nonZero(scrape, instruments.workflowRuns)).toEqual({
      'succeeds manual succeeded': 5,
      'side-by-side manual succeeded': 2,
      'fails-for-good manual failed': 3,
      'recovers manual succeeded': 2,
      'gives-up manual failed': 2,
      'step-too-slow manual failed': 2,
      'run-too-slow manual failed': 2,
      'output-too-large manual failed': 2,
      'goes-on manual succeeded': 2,
      'bad-condition manual failed': 1,
      'bad-input manual failed': 2,
      'spends manual succeeded': 3,
      'picky manual succeeded': 1,
      'is-held manual succeeded': 6,
      'is-held manual cancelled': 2,
      'waits-long manual cancelled': 1,
      'waits-a-while manual succeeded': 2,
      'asks-in-haste manual failed': 2,
      'by-event event succeeded': 3,
      'by-clock schedule succeeded': fires,
    });
    expect(nonZero(scrape, instruments.agentRuns)).toEqual({
      'http request succeeded': 15,
      'http request failed': 18,
      'http request timed_out': 4,
      'http request cancelled': 1,
      'transform value succeeded': 14 + fires,
      'transform value failed': 2,
      'worker sleep succeeded': 9,
      'worker sleep timed_out': 4,
      'worker spend succeeded': 3,
      'worker fail failed': 2,
      'worker big failed': 2,
    });
    expect(nonZero(scrape, instruments.agentErrors)).toEqual({
      'http request terminal': 3,
      'http request retryable': 15,
      'http request timeout': 4,
      'transform value terminal': 2,
      'worker sleep timeout': 4,
      'worker fail terminal': 2,
      'worker big limit': 2,
    });
    expect(nonZero(scrape, instruments.agentRetries)).toEqual({ 'http request': 15 });
    expect(scrape.sum('workflow_approval_wait_time_count', { decision: 'expired' })).toBe(2);
    expect(scrape.sum('workflow_trigger_lag_count', { trigger: 'schedule' })).toBe(fires);
    expect(scrape.sum('workflow_trigger_lag_count', { trigger: 'event' })).toBe(3);

    expect(scrape.sum('workflow_cost_usd_total', { workflow_id: 'spends', kind: 'tokens' })).toBeCloseTo(0.75, 9);
    expect(scrape.sum('workflow_cost_usd_total', { workflow_id: 'spends', kind: 'gpu' })).toBeCloseTo(4.5, 9);
    const { rows } = await sql.query<{ usd: number; seconds: number }>(
      'SELECT sum(cost_usd) AS usd, sum(active_ms) / 1000 AS seconds FROM run',
    );
    expect(scrape.sum('workflow_cost_usd_total')).toBeCloseTo(rows[0]!.usd, 9);
    expect(scrape.sum('workflow_execution_seconds_total')).toBeCloseTo(rows[0]!.seconds, 6);
    // Two runs of two steps of 0.3 s each, side by side: time in which anything ran, not time of steps.
    const active = scrape.sum('workflow_execution_seconds_total', { workflow_id: 'side-by-side' });
    expect(active).toBeGreaterThan(0.6);
    expect(active).toBeLessThan(1.2);
  });

  test('the schedule is due when its row says', () => {
    expect([...scrape.series([nextDue])]).toEqual([[`${nextDue}{workflow_id="by-clock"}`, never.getTime() / 1000]]);
  });

  test('the connections of the server are counted by what they do', async () => {
    const open = async () => {
      const { sum } = await connections();
      return sum;
    };
    const connections = async () => {
      const now = await hub.scrape();
      const [active, idle] = ['active', 'idle'].map((state) => now.sum('http_server_active_connections', { state }));
      return { active: active!, idle: idle!, sum: active! + idle! };
    };
    const before = await connections();
    expect(before.active).toBe(0);
    const idle = await keptAlive(hub.url, 3);
    const busy = await halfSentRequests(hub.url, 2);
    await until('five more connections', async () => (await open()) === before.sum + 5);
    expect(await connections()).toMatchObject({ active: 2, idle: before.idle + 3 });
    for (const socket of [...idle, ...busy]) socket.destroy();
    await until('them to be gone', async () => (await open()) === before.sum);
    expect((await connections()).active).toBe(0);
  });

  test('the pools have as many connections as PostgreSQL sees of them', async () => {
    const seen = async () => {
      const { rows } = await sql.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name IN ('commandcenter', 'commandcenter reads') AND datname = current_database()`,
      );
      return rows[0]!.n;
    };
    await until('the pool to hold still during a scrape', async () => {
      const before = await seen();
      const now = await hub.scrape();
      if ((await seen()) !== before) return false;
      const [used, idle, waiting] = ['used', 'idle', 'waiting'].map((state) =>
        now.sum('db_pool_connections', { state }),
      );
      expect(used! + idle!).toBe(before);
      expect(before).toBeGreaterThan(0);
      expect(waiting).toBe(0);
      return true;
    });
  });

  test.each(ours.map((one) => [one.name, one] as const))('%s is exported as names.ts says', (_, instrument) => {
    const [series = ''] = seriesOf(instrument);
    const family = instrument.kind === 'histogram' ? instrument.name : series;
    expect(scrape.families.get(family)).toEqual({ help: instrument.description, type: instrument.kind });
    const found = scrape.samples.filter(({ name }) => seriesOf(instrument).includes(name));
    expect(found.length).toBeGreaterThan(0);
    for (const { name, labels } of found) {
      const le = name.endsWith('_bucket') ? ['le'] : [];
      expect(Object.keys(labels).sort()).toEqual([...instrument.labels, ...le].sort());
    }
  });

  test('the tests of alert rules make up no series of ours that a hub does not print', () => {
    const shape = (name: string, { le, ...labels }: Labels) => [name, ...Object.keys(labels).sort(), le && Number(le.replace('+Inf', 'Infinity'))].join(' '); // prettier-ignore
    const printed = new Set(scrape.samples.map(({ name, labels }) => shape(name, labels)));
    const names = new Set(ours.flatMap(seriesOf));
    const made = new Set<string>();
    for (const text of Object.values(scenarios)
      .flat()
      .flatMap(({ series }) => Object.keys(series))) {
      const { name, labels } = seriesIn(text);
      const { job: _, instance: __, ...own } = labels; // a scrape adds these
      if (names.has(name) && !('otel_metric_overflow' in own)) made.add(shape(name, own));
    }
    expect([...made].filter((one) => one.startsWith('workflow_approval_wait_time_bucket'))).toHaveLength(9);
    expect([...made].filter((one) => !printed.has(one))).toEqual([]);
  });

  test('the series of the instrumentations bear the labels that dashboards know', () => {
    for (const [name, { kind, labels }] of Object.entries(standardMetrics)) {
      const found = scrape.samples.filter((sample) => seriesOf({ name, kind }).includes(sample.name));
      expect([name, found.length > 0]).toEqual([name, true]);
      const keys = new Set(found.flatMap((sample) => Object.keys(sample.labels)));
      expect([...keys].filter((key) => key !== 'le' && !labels.includes(key))).toEqual([]);
    }
  });

  test('no run, no trace, no scope and no overflow stands on a metric', async () => {
    const { rows } = await sql.query<{ id: string; trace_id: string }>('SELECT id, trace_id FROM run');
    expect(rows.filter(({ id, trace_id }) => scrape.text.includes(id) || scrape.text.includes(trace_id))).toEqual([]);
    const keys = new Set(scrape.samples.flatMap(({ labels }) => Object.keys(labels)));
    expect([...keys].filter((key) => /otel_|run_?id|trace|span/.test(key))).toEqual([]);
    expect(scrape.text).not.toContain('otel_metric_overflow');
  });
});

/** Label values, as names.ts orders them, but trigger before status: how a sentence says it. */
function nonZero(scrape: Scrape, instrument: Instrument): Record<string, number> {
  const order = [...instrument.labels].sort((a, b) => Number(a === 'status') - Number(b === 'status'));
  const [name] = seriesOf(instrument);
  const found = scrape.samples.filter((sample) => sample.name === name && sample.value !== 0);
  return Object.fromEntries(found.map(({ labels, value }) => [order.map((key) => labels[key]).join(' '), value]));
}
