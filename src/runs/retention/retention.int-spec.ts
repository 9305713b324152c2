import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, startEngine } from '../../../test/support/engine.js';
import { daysAgo, makeWeek, oldRun, rowsOf } from '../../../test/support/old-runs.js';
import { insertRun } from '../../../test/support/runs.js';
import { Retention } from './retention.js';

let engine: Engine;
let retention: Retention;
beforeAll(async () => {
  engine = await startEngine({
    plugin: { do: () => undefined },
    workflows: {
      flow: { steps: { a: {} } },
      short: { retention: '7d', steps: { a: {} } },
      long: { retention: '365d', steps: { a: {} } },
    },
    engine: { maxRuns: 1 },
  });
  retention = engine.inside(Retention);
  retention.restMs = 0;
});
afterAll(() => engine.stop());

const query = async <T extends object>(text: string, ...values: unknown[]) =>
  (await engine.database.pool.query<T>(text, values)).rows;
const run = (began: number, ended: number | null, columns = {}) => oldRun(engine.database, began, ended, columns);
const left = (...ids: string[]) => rowsOf(engine.database, ids);
const all = (n: number) => [n, n, n];
const isThere = async (table: string) =>
  (await query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', table))[0]!.there;

describe('a week that is over', () => {
  it('is dropped, with its log and its step logs, when all of its runs have ended and their time has passed', async () => {
    const week = await makeWeek(engine.database, 70);
    const ids = [
      await run(70, 69),
      await run(70, 69, { workflow_id: 'short' }),
      await run(70, 68, { status: 'failed' }),
    ];
    expect(await retention.sweep()).toMatchObject({
      partitions: [`run_${week}`, `run_event_${week}`, `run_log_${week}`],
      runs: 0,
    });
    expect(await left(...ids)).toEqual(all(0));
    expect(await isThere(`run_${week}`)).toBe(false);
  });

  it.each([
    ['is open', 63, null, {}],
    ['ended a moment ago', 63, 2, {}],
    ['is of a workflow that keeps its runs for longer', 63, 62, { workflow_id: 'long' }],
  ])('stays while one of its runs %s; the others go one by one', async (_name, began, ended, columns) => {
    const week = await makeWeek(engine.database, 63);
    const stays = await run(began, ended, columns);
    const goes = [await run(63, 62), await run(63, 61, { workflow_id: 'short' })];
    expect(await retention.sweep()).toMatchObject({ partitions: [], runs: 2 });
    expect([await left(stays), await left(...goes)]).toEqual([all(1), all(0)]);
    await query(
      `UPDATE run SET workflow_id = 'flow', finished_at = $2, status = 'cancelled' WHERE id = $1`,
      stays,
      daysAgo(60),
    );
    expect((await retention.sweep())!.partitions).toContain(`run_${week}`);
    expect(await left(stays)).toEqual(all(0));
  });

  it('is not dropped while a run of it lies in the default partition, which the time of that run has not passed', async () => {
    const stays = await run(77, null);
    await query(
      `CREATE TABLE run_log_20200106 PARTITION OF run_log FOR VALUES FROM (uuid_floor('2020-01-06Z')) TO (uuid_floor('2020-01-13Z'))`,
    );
    const ancient = await insertRun(engine.database, { id: '016f7e2b-5c00-7000-8000-000000000001', status: 'waiting', wake_at: new Date(Date.now() + 1e8), created_at: new Date('2020-01-07Z') }); // prettier-ignore
    await retention.sweep();
    expect([await isThere('run_log_20200106'), (await left(ancient))[0], await left(stays)]).toEqual([true, 1, all(1)]);
    await query(`UPDATE run SET finished_at = $1, status = 'failed' WHERE id = ANY ($2::uuid[])`, daysAgo(31), [ancient, stays]); // prettier-ignore
    expect(await retention.sweep()).toMatchObject({ runs: 2 });
    await retention.sweep();
    expect([await isThere('run_log_20200106'), await left(ancient, stays)]).toEqual([false, all(0)]);
  });

  it('is dropped without holding up the engine, also while somebody reads for long', async () => {
    const week = await makeWeek(engine.database, 84);
    await run(84, 83);
    const reader = await engine.database.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM run');
    const sweep = retention.sweep();
    const took: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      const began = performance.now();
      await query('UPDATE run SET seq = seq WHERE id = $1', '00000000-0000-7000-8000-000000000000');
      took.push(performance.now() - began);
      await sleep(25);
    }
    expect(Math.max(...took)).toBeLessThan(1_000);
    expect(await isThere(`run_${week}`)).toBe(true);
    await reader.query('COMMIT');
    reader.release();
    expect((await sweep)!.partitions).toContain(`run_${week}`);
  });
});

describe('runs of a workflow', () => {
  it('go after its own time, counted from their end, also when it was disabled since', async () => {
    await query(
      `INSERT INTO workflow_version (workflow_id, version, definition) VALUES ('was', 'v1', '{"id":"was","retention":"2d"}')`,
    );
    await query(`INSERT INTO workflow (id, current_version, source, enabled) VALUES ('was', 'v1', 'file', false)`);
    const goes = [await run(9, 8, { workflow_id: 'short' }), await run(3, 2.1, { workflow_id: 'was' })];
    const stays = [
      await run(9, 6.9, { workflow_id: 'short' }),
      await run(9, null, { workflow_id: 'short' }),
      await run(9, 8),
      await run(3, 1.9, { workflow_id: 'was' }),
    ];
    expect(await retention.sweep()).toMatchObject({ partitions: [], runs: 2 });
    expect([await left(...goes), await left(...stays)]).toEqual([all(0), all(4)]);
  });

  it('go in batches, however many they are and however long their logs', async () => {
    const one = await run(9, 8, { workflow_id: 'short', seq: 50_000 });
    await query(`INSERT INTO run_event (run_id, seq, type, data, at) SELECT $1, n, 'CostReported', '{}', now() FROM generate_series(2, 50000) n`, one); // prettier-ignore
    await query(
      `INSERT INTO run (id, workflow_id, version, status, trigger, epoch, seq, trace_id, span_id, created_at, finished_at)
       SELECT overlay(uuid_floor(now() - interval '9 days')::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, 'short', 'v1', 'succeeded', 'manual', 1, 5, 't', 's', now() - interval '9 days', now() - interval '8 days'
       FROM generate_series(1, 1300) n`,
    );
    expect(await retention.sweep()).toMatchObject({ runs: 1301 });
    expect(await left(one)).toEqual(all(0));
  });
});

describe('what is kept beside runs', () => {
  it('keys of starts stay 30 days, or as long as their run or its workflow would keep it', async () => {
    const open = await run(40, null);
    const gone = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';
    const key = (name: string, days: number, id: string, workflow = 'flow') =>
      query(`INSERT INTO trigger_dedupe VALUES ('manual', $1, $2, $3, NULL, $4)`, workflow, name, id, daysAgo(days));
    await key('old', 31, gone);
    await key('old of a short one', 31, gone, 'short');
    await key('young', 29, gone);
    await key('young of a short one', 29, gone, 'short');
    await key('of an open run', 39, open);
    await key('of one kept for longer', 100, gone, 'long');
    await key('older than that', 366, gone, 'long');
    expect(await retention.sweep()).toMatchObject({ keys: 3 });
    expect((await query<{ key: string }>('SELECT key FROM trigger_dedupe ORDER BY key')).map((row) => row.key)).toEqual(
      ['of an open run', 'of one kept for longer', 'young', 'young of a short one'],
    );
  });

  it('events stay 30 days after they were dispatched, and until they are', async () => {
    const event = (id: string, received: number, dispatched: number | null) =>
      query(
        `INSERT INTO event (id, source, type, received_at, dispatched_at) VALUES ($1, 's', 't', $2, $3)`,
        id,
        daysAgo(received),
        dispatched === null ? null : daysAgo(dispatched),
      );
    await query(`INSERT INTO event (id, source, type, received_at, dispatched_at)
                 SELECT 'many' || n, 's', 't', now() - interval '60 days', now() - interval '60 days' FROM generate_series(1, 2500) n`); // prettier-ignore
    await event('never dispatched', 60, null);
    await event('passed', 60, 31);
    await event('late', 60, 29);
    await event('young', 29, 29);
    expect(await retention.sweep()).toMatchObject({ events: 2501 });
    expect((await query<{ id: string }>('SELECT id FROM event ORDER BY id')).map(({ id }) => id)).toEqual([
      'late',
      'never dispatched',
      'young',
    ]);
  });

  it('signals to runs that are gone go with them', async () => {
    const gone = await run(9, 8, { workflow_id: 'short' });
    const stays = await run(9, null, { workflow_id: 'short' });
    for (const id of [gone, stays])
      await query(`INSERT INTO run_inbox (run_id, kind, data, created_at) VALUES ($1, 'X', '{}', $2)`, id, daysAgo(5));
    await query('UPDATE run SET owner = gen_random_uuid() WHERE id = $1', stays);
    await retention.sweep();
    expect(await query('SELECT FROM run_inbox WHERE run_id = $1', gone)).toHaveLength(0);
  });
});

it('is done by one replica at a time', async () => {
  const passed = await run(9, 8, { workflow_id: 'short' });
  const holder = await engine.database.pool.connect();
  await holder.query('SELECT pg_advisory_lock(17219, 18)');
  expect([await retention.sweep(), await left(passed)]).toEqual([undefined, all(1)]);
  holder.release(true);
  const done = await Promise.all([retention.sweep(), retention.sweep(), retention.sweep()]);
  expect(done.reduce((sum, one) => sum + (one?.runs ?? 0), 0)).toBe(1);
});
