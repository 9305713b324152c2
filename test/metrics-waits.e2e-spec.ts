import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { alerts } from '../observability/prometheus/rules-src/rules.js';
import { instruments, seriesOf } from '../src/telemetry/names.js';
import { testDatabaseUrl } from './support/database.js';
import { differences, expectedSeries, type Known } from './support/metrics/expected.js';
import { type Ledger, nothing, readLedger } from './support/metrics/ledger.js';
import { MeteredHub, untilRuns, untilTold } from './support/metrics/metered-hub.js';
import { Outside } from './support/metrics/outside.js';
import { type Labels, type Scrape, seriesKey } from './support/metrics/scrape.js';
import { MeteredSite } from './support/metrics/site.js';
import { parts, waitingWays } from './support/metrics/waiting-ways.js';
import { Prometheus, prometheusOnPath } from './support/prometheus.js';
import { until } from './support/triggers/wait.js';

/** Two gauges of a scrape share a question to the database for as long. */
const freshMs = 1_100;
const counted = Object.values(instruments).filter(({ kind }) => kind !== 'gauge').flatMap(seriesOf); // prettier-ignore
const runsOf = instruments.workflowRuns.name;

describe('the metrics of runs that wait, are part of others, or are done again', () => {
  let outside: Outside;
  let site: MeteredSite;
  let database: { url: string; drop: () => Promise<void> };
  let sql: pg.Client;
  let hub: MeteredHub;
  let known: Known;
  let scrape: Scrape;
  let ledger: Ledger;

  beforeAll(async () => {
    outside = await Outside.listen();
    const workflows = waitingWays(outside.url);
    site = new MeteredSite(workflows, { holdTimers: '50ms', maxEvents: 60 });
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
    hub = await MeteredHub.start(site.path, database.url);
    const triggersOf = (id: string) => ['manual', 'rerun', ...(parts.includes(id) ? ['workflow'] : [])];
    known = {
      workflows: Object.keys(workflows).map((id) => ({ id, triggers: triggersOf(id) })),
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

  const runs = (times: number, workflow: string, input: unknown = {}) =>
    Promise.all(Array.from({ length: times }, () => hub.run(workflow, input)));
  const say = async (id: string, what: string, body: unknown = {}): Promise<string> => {
    const answer = await hub.call('POST', `/runs/${id}/${what}`, body);
    expect([what, answer.status]).toEqual([what, 202]);
    return answer.body.id;
  };
  const approvals = async (query: string): Promise<{ id: string }[]> =>
    (await hub.call('GET', `/approvals?limit=100&${query}`)).body.items;
  const decide = async (run: string | undefined, decision: 'approve' | 'reject') => {
    const [approval] = await approvals(`run=${run}`);
    expect((await hub.call('POST', `/approvals/${approval!.id}/decision`, { decision })).status).toBe(200);
  };
  const active = (now: Scrape) =>
    Object.fromEntries(
      ['queued', 'running', 'waiting', 'paused'].map((status) => [status, now.sum('workflows_active', { status })]),
    );
  /** What the metrics say is going on, when the API says the same. */
  async function goingOn() {
    await delay(freshMs);
    const [now, system, pending] = [await hub.scrape(), await hub.call('GET', '/system'), await approvals('status=pending')]; // prettier-ignore
    const open = { queued: 0, running: 0, waiting: 0, paused: 0, ...system.body.runs.open };
    expect(active(now)).toEqual(open);
    expect(now.sum('approvals_pending')).toBe(pending.length);
    // Nothing here waits for a replica.
    expect(now.sum('workflow_queue_oldest_seconds')).toBe(0);
    return { ...open, approvals: pending.length };
  }

  test('series of what can be done again, or be a part, are born at 0, and no others', async () => {
    const born = await hub.scrape();
    expect(differences(expectedSeries(known, nothing), born.series(counted))).toEqual([]);
    const triggersOf = (workflow: string) =>
      new Set(born.samples.flatMap(({ name, labels }) => name === runsOf && labels['workflow_id'] === workflow ? [labels['trigger']] : [])); // prettier-ignore
    expect(triggersOf('part')).toEqual(new Set(['manual', 'rerun', 'workflow']));
    expect(triggersOf('whole')).toEqual(new Set(['manual', 'rerun']));
  });

  test('gauges say what waits, for what it may be, and what is paused', async () => {
    outside.hold();
    const [asking] = [await runs(4, 'asks')];
    const sleeping = await runs(3, 'sleeps');
    const listening = await runs(2, 'listens');
    const [whole] = await runs(1, 'whole-of-sleeper');
    const held = await runs(2, 'is-held');
    await untilRuns(sql, 11, `status = 'waiting' AND owner IS NULL`); // a part of its own among them
    await untilRuns(sql, 2, `status = 'running'`);
    expect(await goingOn()).toEqual({ queued: 0, running: 2, waiting: 11, paused: 0, approvals: 4 });

    // Whatever a run does or waits for, it is paused and nothing else.
    for (const id of [sleeping[0], listening[0], asking[0], held[0]]) await say(id!, 'pause');
    await untilRuns(sql, 4, `status = 'paused'`);
    expect(await goingOn()).toEqual({ queued: 0, running: 1, waiting: 8, paused: 4, approvals: 4 });
    outside.release();
    await untilRuns(sql, 1, `status = 'succeeded'`);
    expect(await goingOn()).toEqual({ queued: 0, running: 0, waiting: 8, paused: 4, approvals: 4 });

    // Decided while it is paused: nobody waits for a decision any more, and the run is paused all the same.
    await decide(asking[0], 'approve');
    await decide(asking[1], 'reject');
    await untilRuns(sql, 1, `status = 'failed'`);
    expect(await goingOn()).toEqual({ queued: 0, running: 0, waiting: 7, paused: 4, approvals: 2 });
    for (const id of [sleeping[0], listening[0], asking[0], held[0]]) await say(id!, 'resume');
    await untilRuns(sql, 3, `status = 'succeeded'`);
    expect(await goingOn()).toEqual({ queued: 0, running: 0, waiting: 9, paused: 0, approvals: 2 });

    const event = { specversion: '1.0', source: '/test', id: '1', type: 'order.paid' };
    await hub.call('POST', '/events', event, 'application/cloudevents+json');
    await decide(asking[2], 'approve');
    for (const id of [asking[3], whole, ...sleeping]) await say(id!, 'cancel');
    await untilRuns(sql, 0, 'finished_at IS NULL');
    expect(await goingOn()).toEqual({ queued: 0, running: 0, waiting: 0, paused: 0, approvals: 0 });
  }, 120_000);

  test('whatever ends is counted once', async () => {
    const list = Array.from({ length: 20 }, (_, n) => n);
    const [many, bad] = await Promise.all([
      hub.run('many', { list }), hub.run('whole-of-bad'), hub.run('whole'), hub.run('lets-go'), hub.run('many-parts'),
      runs(2, 'many-flaky'), hub.run('many-bad'), hub.run('many', { list: [] }), runs(2, 'naps'), runs(2, 'listens-in-vain'),
      runs(3, 'asks-in-haste'), runs(2, 'asks-and-goes-on'), hub.run('asks-in-vain'),
      hub.run('asks-and-writes', { list: [...list, ...list] }),
    ]); // prettier-ignore
    await untilRuns(sql, 0, 'finished_at IS NULL');
    await say(many, 'rerun');
    const again = await say(bad, 'rerun', { from: 'sub' });
    await untilRuns(sql, 1, `id = '${again}' AND finished_at IS NOT NULL`);
    await say(again, 'rerun');
    const [part] = (await sql.query<{ id: string }>(`SELECT id FROM run WHERE workflow_id = 'part' LIMIT 1`)).rows;
    await say(part!.id, 'rerun', { from: 'a' });
    await untilRuns(sql, 0, 'finished_at IS NULL');
    await untilTold(sql, async () => (await hub.scrape()).sum(runsOf));
    scrape = await hub.scrape();
    ledger = await readLedger(sql);
    expect(differences(expectedSeries(known, ledger), scrape.series(counted))).toEqual([]);
  }, 120_000);

  test('by what started it, as the API says', async () => {
    const ended = (labels: Labels) => scrape.sum(runsOf, labels);
    for (const trigger of ['manual', 'workflow', 'rerun']) {
      const { items, nextCursor } = (await hub.call('GET', `/runs?trigger=${trigger}&limit=100`)).body;
      expect([trigger, ended({ trigger }), nextCursor]).toEqual([trigger, items.length, null]);
    }
    expect(ended({ trigger: 'workflow', workflow_id: 'part', status: 'succeeded' })).toBe(1 + 1 + 3);
    // Each of the runs that stand above it, and what was done again of one of them.
    expect(ended({ trigger: 'workflow', workflow_id: 'bad-part', status: 'failed' })).toBe(3);
    expect(ended({ trigger: 'workflow', workflow_id: 'sleeper', status: 'cancelled' })).toBe(1);
    expect(ended({ trigger: 'workflow' })).toBe(9);
    expect(ended({ trigger: 'rerun', workflow_id: 'many' })).toBe(1);
    expect(ended({ trigger: 'rerun', workflow_id: 'whole-of-bad', status: 'failed' })).toBe(2);
    expect(ended({ trigger: 'rerun', workflow_id: 'part' })).toBe(1);
    expect(ended({ trigger: 'rerun' })).toBe(4);
  });

  test('each item of a forEach is an attempt, and its list is none', async () => {
    const ended = (labels: Labels) => scrape.sum('agent_runs_total', labels);
    const { written } = (await sql.query<{ written: number }>(`
      SELECT count(*)::int AS written FROM run_event JOIN run ON run.id = run_id
       WHERE workflow_id = 'asks-and-writes' AND run_event.type = 'StepSucceeded'`)).rows[0]!; // prettier-ignore
    expect(written).toBeGreaterThan(20);
    // Twenty, and twenty again; and the steps that stand beside or behind what the others waited for.
    expect(ended({ action: 'value', status: 'succeeded' })).toBe(40 + 20 + written);
    // Two runs of three flaky items, two good items of the bad list, two that were held.
    expect(ended({ action: 'request', status: 'succeeded' })).toBe(2 * 3 + 2 + 2);
    // The bad part was tried three times.
    expect(ended({ action: 'request', status: 'failed' })).toBe(2 * 3 + 2 + 3);
    expect(scrape.sum('agent_retry_count_total', { action: 'request' })).toBe(2 * 3);
  });

  test('approvals by how they ended, as the API says', async () => {
    // What a run leaves open that wrote too much is tidied up within a minute.
    const left = await approvals('status=pending');
    expect(left).toMatchObject([{ workflow: 'asks-and-writes' }]);
    const name = `${instruments.workflowApprovalWait.name}_count`;
    const said: Record<string, number> = {};
    for (const decision of ['approved', 'rejected', 'expired', 'cancelled']) {
      const { length } = await approvals(`status=${decision}`);
      said[decision] = length + (decision === 'cancelled' ? left.length : 0);
      expect([decision, scrape.sum(name, { decision })]).toEqual([decision, said[decision]]);
    }
    expect(said).toEqual({ approved: 2, rejected: 1, expired: 5, cancelled: 3 });
    expect(scrape.sum(name, { workflow_id: 'asks', decision: 'cancelled' })).toBe(1);
    expect(scrape.sum(name, { workflow_id: 'asks-in-vain', decision: 'cancelled' })).toBe(1);
    expect(scrape.sum(name, { workflow_id: 'asks-and-goes-on', decision: 'expired' })).toBe(2);
    // It waited for as long as it was let: 150 ms, three times.
    const haste = scrape.sum(`${instruments.workflowApprovalWait.name}_sum`, { workflow_id: 'asks-in-haste' });
    expect(haste).toBeGreaterThanOrEqual(0.45);
    expect(haste).toBeLessThan(9);
  });

  test('what becomes a part while the hub runs has its series then', async () => {
    const late = { id: 'late', steps: { sub: { workflow: 'whole' } } };
    expect((await hub.call('PUT', '/workflows/late', late)).status).toBe(201);
    const asPart = ['succeeded', 'failed', 'cancelled'].map(
      (status) => [seriesKey(runsOf, { workflow_id: 'whole', status, trigger: 'workflow' }), 0] as const,
    );
    await until('the series', async () => {
      const now = (await hub.scrape()).series([runsOf]);
      return asPart.every(([key, value]) => now.get(key) === value);
    });
  });

  const tried = prometheusOnPath ? test : test.skip;
  tried('the alerts on approvals see in a real Prometheus what the hub says', async () => {
    const prometheus = await Prometheus.start('commandcenter', hub.metricsUrl);
    try {
      await prometheus.scrape();
      await Promise.all([runs(3, 'asks'), runs(5, 'asks-in-haste')]);
      await untilRuns(sql, 3, `finished_at IS NULL AND status = 'waiting' AND owner IS NULL`);
      await untilRuns(sql, 3, 'finished_at IS NULL');
      await delay(freshMs);
      const at = await prometheus.scrape();
      /** What the alert compares with its threshold. */
      const asks = async (alert: string) => {
        const { expr } = alerts.find((one) => one.alert === alert)!;
        const samples = await prometheus.query(expr.replaceAll(/ > [\d.]+/g, ''), at);
        return samples.filter(({ value }) => Number.isFinite(value));
      };
      expect(await asks('ApprovalBacklog')).toEqual([
        { labels: {}, value: (await approvals('status=pending')).length },
      ]);
      // Of the workflow whose approvals ended meanwhile: half of them within the first bucket.
      expect(await asks('ApprovalWaitLong')).toEqual([{ labels: { workflow_id: 'asks-in-haste' }, value: 30 }]);
    } finally {
      await prometheus.stop();
    }
  });
});
