import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { testDatabase } from '../../../test/support/database.js';
import { insertRun } from '../../../test/support/runs.js';
import type { Database } from '../../database/index.js';
import { driveTask } from '../leases/leases.js';
import { livenessSql } from './liveness-sql.js';

let database: Database;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.close());
beforeEach(() => database.pool.query('DELETE FROM replica'));

const query = async (text: string, ...values: unknown[]) =>
  (await database.pool.query(text, values)).rows as Record<string, unknown>[];
const row = async (id: string) => (await query('SELECT * FROM run WHERE id = $1', id))[0]!;
const me = randomUUID();
let nextKey = 1n;

/** A replica last heard of so many seconds ago. */
async function replica(silentForS: number, pools: string[] = []): Promise<{ id: string; key: string }> {
  // Both halves of the 63 bits are used: what pg_locks shows in two columns must be put together rightly.
  const [id, key] = [randomUUID(), ((nextKey++ << 32n) | 0xf000_0000n | nextKey).toString()];
  await query(livenessSql.register, id, key, 'host', 1, 'all', pools);
  await query(
    `UPDATE replica SET heartbeat_at = clock_timestamp() - make_interval(secs => $2) WHERE id = $1`,
    id,
    silentForS,
  );
  return { id, key };
}

async function holding<T>(key: string, work: () => Promise<T>): Promise<T> {
  const session = new pg.Client({ connectionString: database.url });
  await session.connect();
  try {
    expect((await session.query<{ locked: boolean }>(livenessSql.lock, [key])).rows[0]!.locked).toBe(true);
    return await work();
  } finally {
    await session.end();
  }
}

const judged = async () => (await query(livenessSql.judge, me)).map(({ id }) => id);
const takeOver = async (id: string, on: pg.Pool | pg.Client = database.pool) =>
  (await on.query<{ gone: number; runs: number }>(livenessSql.takeOver, [id])).rows[0]!;

describe('the judgement of a replica', () => {
  it.each<[number, boolean, boolean]>([
    // silent for s, session alive, dead
    [0, true, false],
    [0, false, false],
    [2.5, false, false],
    [3.2, false, true],
    [3.2, true, false],
    [7.5, true, false],
    [8.2, true, true],
    [8.2, false, true],
  ])('silent for %d s with its session alive = %p: dead = %p', async (silent, alive, dead) => {
    const { id, key } = await replica(silent);
    const look = async () => ({ judged: await judged(), took: (await takeOver(id)).gone });
    const seen = alive ? await holding(key, look) : await look();
    expect(seen).toEqual({ judged: dead ? [id] : [], took: dead ? 1 : 0 });
  });

  it('is not about oneself', async () => {
    const { id } = await replica(60);
    expect(await query(livenessSql.judge, id)).toEqual([]);
  });

  it('takes a lock of the same key in another database, or of two halves, for no sign of life', async () => {
    const { id, key } = await replica(4);
    const bits = BigInt(key);
    const session = new pg.Client({ connectionString: database.url });
    await session.connect();
    const half = (value: bigint) => Number(BigInt.asIntN(32, value));
    await session.query('SELECT pg_advisory_lock($1::int, $2::int)', [half(bits >> 32n), half(bits)]);
    expect(await judged()).toEqual([id]);
    await session.end();
  });

  it('counts from a heartbeat that got through', async () => {
    const { id } = await replica(60);
    expect((await query(livenessSql.heartbeat, id, ['p']))[0]).toEqual({ id });
    expect(await judged()).toEqual([]);
    expect(await query('SELECT job_pools FROM replica WHERE id = $1', id)).toEqual([{ job_pools: ['p'] }]);
    await query(livenessSql.leave, id);
    expect(await query(livenessSql.heartbeat, id, [])).toEqual([]);
  });
});

describe('a take-over', () => {
  it('raises the epoch of every open run, makes it a suspect, and counts a crash against who was alone', async () => {
    const { id: owner } = await replica(10);
    const plain = await insertRun(database, { owner, epoch: 3, wake_at: new Date(Date.now() + 1e6) });
    const solo = await insertRun(database, { owner, solo: true, suspect: true, crashes: 1 });
    const suspect = await insertRun(database, { owner, suspect: true, crashes: 2 });
    const ended = await insertRun(database, { owner, finished_at: new Date(), status: 'succeeded' });
    const foreign = await insertRun(database, { owner: randomUUID() });
    expect(await takeOver(owner)).toMatchObject({ gone: 1, runs: 3 });
    const taken = { owner: null, lost_owner: owner, suspect: true, solo: false, wake_at: null };
    expect(await row(plain)).toMatchObject({ ...taken, epoch: 4, crashes: 0 });
    expect(await row(solo)).toMatchObject({ ...taken, epoch: 2, crashes: 2 });
    expect(await row(suspect)).toMatchObject({ ...taken, epoch: 2, crashes: 2 });
    for (const id of [ended, foreign]) expect(await row(id)).toMatchObject({ epoch: 1, suspect: false });
    const hinted = await query(
      `SELECT j.payload->>'run' AS run FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
       WHERE t.identifier = $1`,
      driveTask,
    );
    expect(hinted.map(({ run }) => run).toSorted()).toEqual([plain, solo, suspect].toSorted());
  });

  it('of a replica without runs hints at nothing', async () => {
    const { id } = await replica(10);
    expect(await takeOver(id)).toMatchObject({ gone: 1, runs: 0, hinted: '0' });
  });

  it('is done by exactly one of many judges', async () => {
    const { id: owner } = await replica(10);
    const run = await insertRun(database, { owner });
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client({ connectionString: database.url });
        await client.connect();
        return client;
      }),
    );
    const taken = await Promise.all(clients.map((client) => takeOver(owner, client)));
    await Promise.all(clients.map((client) => client.end()));
    expect(taken.map(({ gone }) => gone).toSorted()).toEqual([0, 0, 0, 0, 0, 1]);
    expect(await row(run)).toMatchObject({ epoch: 2 });
  });

  it('does not happen when a heartbeat came first', async () => {
    const { id: owner } = await replica(10);
    const run = await insertRun(database, { owner });
    expect(await judged()).toEqual([owner]);
    await query(livenessSql.heartbeat, owner, []);
    expect(await takeOver(owner)).toMatchObject({ gone: 0, runs: 0 });
    expect(await row(run)).toMatchObject({ owner, epoch: 1 });
  });

  it('gives back the jobs that the dead one held, and no others', async () => {
    const { id } = await replica(10, ['pool-dead']);
    await query(`SELECT graphile_worker.add_job('t', json_build_object('n', n)) FROM generate_series(1, 2) n`);
    await query(`UPDATE graphile_worker._private_jobs j SET locked_at = now(), locked_by = CASE payload->>'n' WHEN '1' THEN 'pool-dead' ELSE 'pool-alive' END
      FROM graphile_worker._private_tasks t WHERE t.id = j.task_id AND t.identifier = 't'`);
    await takeOver(id);
    const locked =
      await query(`SELECT j.locked_by FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
      WHERE t.identifier = 't' ORDER BY payload->>'n'`);
    expect(locked).toEqual([{ locked_by: null }, { locked_by: 'pool-alive' }]);
  });
});
