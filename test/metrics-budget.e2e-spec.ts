import pg from 'pg';
import { instruments, otherWorkflow, seriesOf } from '../src/telemetry/names.js';
import { testDatabaseUrl } from './support/database.js';
import { differences, expectedSeries, type Known } from './support/metrics/expected.js';
import { readLedger } from './support/metrics/ledger.js';
import { MeteredHub, untilRuns, untilTold } from './support/metrics/metered-hub.js';
import { MeteredSite } from './support/metrics/site.js';

const budget = 200;
const count = 1_000;
const counted = Object.values(instruments).filter(({ kind }) => kind !== 'gauge').flatMap(seriesOf); // prettier-ignore
const idOf = (n: number) => `w${String(n).padStart(4, '0')}`;

/** Every hundredth has a schedule, each a minute after the one before, on New Year's day. */
const workflows = Object.fromEntries(
  Array.from({ length: count }, (_, n) => {
    const on = n % 100 === 0 && { on: { schedule: [{ cron: `${n / 100} 3 1 1 *` }] } };
    return [idOf(n), { ...on, steps: { a: { uses: 'transform.value', with: { value: n } } } }];
  }),
);
const known = (agents: Known['agents']): Known => ({
  workflows: Object.entries(workflows).map(([id, { on }]) => ({ id, triggers: ['manual', 'rerun', ...(on ? ['schedule'] : [])] })),
  agents,
  plugins: ['http', 'transform', './worker.mjs'].map((use) => ({ use })),
}); // prettier-ignore

describe(`${count} workflows`, () => {
  const site = new MeteredSite(workflows);
  let database: { url: string; drop: () => Promise<void> };
  let sql: pg.Client;
  let hub: MeteredHub;

  beforeAll(async () => {
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
    hub = await MeteredHub.start(site.path, database.url);
  });
  afterAll(async () => {
    await hub?.end('SIGKILL');
    await sql.end();
    await database.drop();
    site.remove();
  });

  test(`stand on metrics under ${budget} names, and ${otherWorkflow} holds the rest`, async () => {
    const labelsOf = async () =>
      new Set((await hub.scrape()).samples.flatMap(({ labels }) => labels['workflow_id'] ?? []));
    const born = await labelsOf();
    expect(born.size).toBe(budget + 1);
    expect(born).toContain(otherWorkflow);

    const beyond = Object.keys(workflows).filter((id) => !born.has(id));
    expect(beyond).toHaveLength(count - budget);
    const named = Object.keys(workflows).filter((id) => born.has(id));
    const started = [...beyond.slice(0, 40), ...beyond.slice(0, 20), ...named.slice(-10)];
    await Promise.all(started.map((id) => hub.run(id)));
    await untilRuns(sql, started.length, `status = 'succeeded'`);
    await untilTold(sql, async () => (await hub.scrape()).sum('workflow_runs_total'));

    const scrape = await hub.scrape();
    expect(await labelsOf()).toEqual(born);
    expect(scrape.sum('workflow_runs_total', { workflow_id: otherWorkflow })).toBe(60);
    const agents = (await hub.call('GET', '/agents')).body.items;
    const labelOf = (id: string) => (born.has(id) ? id : otherWorkflow);
    const expected = expectedSeries(known(agents), await readLedger(sql), labelOf);
    expect(differences(expected, scrape.series(counted))).toEqual([]);

    // Of those that share a name, the one that is due first.
    const due = await sql.query<{ id: string; at: number }>(
      'SELECT workflow_id AS id, extract(epoch FROM next_at)::float8 AS at FROM schedule ORDER BY next_at DESC',
    );
    const earliest = new Map(due.rows.map(({ id, at }) => [labelOf(id), at]));
    expect(earliest.size).toBeLessThan(due.rows.length);
    const gauge = scrape.samples.filter(({ name }) => name === instruments.workflowScheduleNextDue.name);
    expect(new Map(gauge.map(({ labels, value }) => [labels['workflow_id'], value]))).toEqual(earliest);
    expect(scrape.text).not.toContain('otel_metric_overflow');
  });
});
