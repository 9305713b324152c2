import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { testDatabaseUrl } from './support/database.js';
import { readLedger } from './support/metrics/ledger.js';
import { MeteredHub, untilRuns, untilTold } from './support/metrics/metered-hub.js';
import { Outside } from './support/metrics/outside.js';
import { MeteredSite } from './support/metrics/site.js';
import { until } from './support/triggers/wait.js';

/** A hub younger than this judges nobody dead. */
const standingMs = 4_500;

describe('metrics of runs that change their replica', () => {
  let outside: Outside;
  let site: MeteredSite;
  let database: { url: string; drop: () => Promise<void> };
  let sql: pg.Client;
  const hubs: MeteredHub[] = [];
  /** Of hubs that are gone: what they said last. */
  let gone = 0;

  beforeAll(async () => {
    outside = await Outside.listen();
    const get = (path: string) => ({ uses: 'http.request', with: { url: `${outside.url}${path}` } });
    const retry = { attempts: 3, delay: '600ms', factor: 1, jitter: false };
    site = new MeteredSite(
      {
        quick: { steps: { a: get('/ok') } },
        held: { steps: { a: get('/ok'), b: { needs: ['a'], ...get('/hold') }, c: { needs: ['b'], ...get('/ok') } } },
        pauses: { steps: { a: { ...get('/flaky/${{ run.id }}'), retry } } },
      },
      { holdTimers: '50ms', grace: '300ms', abortGrace: '100ms' },
    );
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
    hubs.push(await start(), await start());
    await delay(standingMs);
  });
  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
    await outside.close();
    await sql.end();
    await database.drop();
    site.remove();
  });

  const start = () => MeteredHub.start(site.path, database.url);
  const runs = (hub: MeteredHub, workflow: string, times: number) =>
    Promise.all(Array.from({ length: times }, () => hub.run(workflow)));
  const sum = async (name: string, labels = {}) => {
    const scrapes = await Promise.all(hubs.map((hub) => hub.scrape()));
    return scrapes.reduce((total, scrape) => total + scrape.sum(name, labels), 0);
  };
  const ended = async () =>
    (await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM run WHERE finished_at IS NOT NULL')).rows[0]!.n;
  const told = async () => gone + (await sum('workflow_runs_total'));

  /** All is told and nothing more comes; then every ended run was told once. */
  async function expectEachOnce(): Promise<void> {
    await untilTold(sql, told);
    await delay(300);
    expect(await told()).toBe(await ended());
  }

  async function counted(hub: MeteredHub): Promise<{ runs: number; takeOvers: number }> {
    const scraped = await hub.scrape();
    return { runs: scraped.sum('workflow_runs_total'), takeOvers: scraped.sum('run_takeovers_total') };
  }

  /** Takes a hub away whose runs have ended or are held. */
  async function lose(hub: MeteredHub, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await untilTold(sql, told);
    gone += (await hub.scrape()).sum('workflow_runs_total');
    hubs.splice(hubs.indexOf(hub), 1);
    await hub.end(signal);
  }

  test('a run that rests is counted where it ends', async () => {
    await Promise.all(hubs.map((hub) => runs(hub, 'pauses', 10)));
    await untilRuns(sql, 20, `status = 'succeeded'`);
    await expectEachOnce();
    expect(await sum('run_takeovers_total')).toBe(0);
    // Each of the two failures of a run, by whichever hub had it then.
    expect(await sum('agent_retry_count_total', { agent_id: 'http' })).toBe(40);
    expect(await sum('agent_runs_total', { status: 'failed' })).toBe(40);
    expect(await sum('agent_runs_total', { status: 'succeeded' })).toBe(20);
    // A lag has only the first step of all.
    expect(await sum('workflow_trigger_lag_count')).toBe(20);
  });

  test('kill -9: those of the dead hub are taken over, and each is counted once', async () => {
    const [killed] = hubs;
    await Promise.all(hubs.map((hub) => runs(hub, 'quick', 5)));
    await untilRuns(sql, 0, 'finished_at IS NULL');
    outside.hold();
    await runs(killed!, 'held', 7);
    await until('all to be held', () => outside.held === 7);
    const lost = (await killed!.scrape()).sum('agent_runs_total', { status: 'succeeded' });
    const before = await sum('agent_runs_total', { status: 'succeeded' });
    await lose(killed!, 'SIGKILL');
    outside.release();
    hubs.push(await start()); // the killed one again, while its runs wait for somebody
    await untilRuns(sql, 0, 'finished_at IS NULL');
    await expectEachOnce();

    expect(await sum('run_takeovers_total', { reason: 'dead' })).toBe(7);
    expect((await readLedger(sql)).takeOvers).toBe(7);
    expect(await sum('agent_errors_total', { error_type: 'lost' })).toBe(7);
    // Two steps of each were still to be done: nothing that had been counted is counted again.
    expect(await sum('agent_runs_total', { status: 'succeeded' })).toBe(before - lost + 14);
  });

  test('SIGTERM: what a hub gives back is counted by the one that ends it', async () => {
    const [first, second] = hubs;
    outside.hold();
    await runs(first!, 'held', 5);
    await until('all to be held', () => outside.held === 5);
    const { runs: before, takeOvers } = await counted(second!);
    await lose(first!, 'SIGTERM');
    outside.release();
    await untilRuns(sql, 0, 'finished_at IS NULL');
    await expectEachOnce();
    // Given back, not taken over.
    expect(await counted(second!)).toEqual({ runs: before + 5, takeOvers });
  });
});
