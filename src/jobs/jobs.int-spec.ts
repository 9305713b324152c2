import { Logger } from '@nestjs/common';
import { testDatabase } from '../../test/support/database.js';
import { eventually } from '../../test/support/engine.js';
import { loadConfig } from '../config/index.js';
import type { Database } from '../database/index.js';
import { Jobs } from './jobs.js';
import type { JobsRole } from './role.js';

Logger.overrideLogger(false);

let database: Database;
const running: Jobs[] = [];
const defaults = loadConfig({}, '/');
const config = { ...defaults, engine: { ...defaults.engine, pollMs: 100, concurrency: 4 } };

beforeAll(async () => (database = await testDatabase()));
afterEach(async () => {
  for (const jobs of running.splice(0)) await jobs.onModuleDestroy();
  await database.pool.query('TRUNCATE graphile_worker._private_jobs');
});
afterAll(() => database.close());

function work(handlers: Record<string, (payload: unknown) => Promise<void>>, role: JobsRole = 'all'): Jobs {
  const jobs = new Jobs(database, config, role);
  for (const [task, handler] of Object.entries(handlers)) jobs.register(task, handler);
  jobs.onApplicationBootstrap();
  running.push(jobs);
  return jobs;
}
const jobCount = async () =>
  (await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM graphile_worker._private_jobs')).rows[0]!.n;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('jobs', () => {
  it('are handed to their handler with their payload, soon after they were added', async () => {
    const seen: unknown[] = [];
    const jobs = work({ note: async (payload) => void seen.push(payload) });
    await sleep(300);
    const from = Date.now();
    await jobs.enqueue(database.pool, [
      { task: 'note', payload: { n: 1, text: 'ä"\\{},NULL' } },
      { task: 'note', payload: [null] },
    ]);
    await eventually(() => expect(seen).toHaveLength(2));
    expect(seen).toEqual(expect.arrayContaining([{ n: 1, text: 'ä"\\{},NULL' }, [null]]));
    expect(Date.now() - from).toBeLessThan(2000);
    await eventually(async () => expect(await jobCount()).toBe(0));
  });

  it('are not there when their transaction was rolled back', async () => {
    const jobs = new Jobs(database, config, 'api');
    await expect(
      database.transaction(async (tx) => {
        await jobs.enqueue(tx, [{ task: 'note', payload: 1 }]);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await jobCount()).toBe(0);
    await jobs.enqueue(database.pool, []);
    expect(await jobCount()).toBe(0);
  });

  it('wait for their instant', async () => {
    const seen: number[] = [];
    const jobs = work({ note: async () => void seen.push(Date.now()) });
    const runAt = new Date(Date.now() + 700);
    await jobs.enqueue(database.pool, [{ task: 'note', payload: 1, runAt }]);
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]! - runAt.getTime()).toBeGreaterThanOrEqual(0);
  });

  it('with a key replace the one that waits', async () => {
    const jobs = new Jobs(database, config, 'api');
    for (const n of [1, 2, 3])
      await jobs.enqueue(database.pool, [
        { task: 'note', payload: n, jobKey: 'k' },
        { task: 'note', payload: n },
      ]);
    expect(await jobCount()).toBe(4);
  });

  it('are done once, by one of many workers', async () => {
    const seen: unknown[] = [];
    const handlers = { note: async (payload: unknown) => void seen.push(payload) };
    const [jobs] = [work(handlers), work(handlers), work(handlers)];
    await jobs.enqueue(
      database.pool,
      Array.from({ length: 200 }, (_, n) => ({ task: 'note', payload: n })),
    );
    await eventually(async () => expect(await jobCount()).toBe(0));
    expect((seen as number[]).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });

  it('whose handler throws are not tried again, and stop nobody', async () => {
    let tries = 0;
    let good = 0;
    const jobs = work({
      bad: () => (tries++, Promise.reject(new Error('no'))),
      good: async () => void good++,
    });
    await jobs.enqueue(database.pool, [
      { task: 'bad', payload: 1 },
      { task: 'good', payload: 1 },
    ]);
    await eventually(async () => expect([good, await jobCount()]).toEqual([1, 0]));
    expect(tries).toBe(1);
  });

  it('run beside each other, so many and no more', async () => {
    let inside = 0;
    let most = 0;
    const jobs = work({
      slow: async () => {
        most = Math.max(most, ++inside);
        await sleep(100);
        inside--;
      },
    });
    await jobs.enqueue(
      database.pool,
      Array.from({ length: 12 }, () => ({ task: 'slow', payload: 1 })),
    );
    await eventually(async () => expect(await jobCount()).toBe(0));
    expect(most).toBe(4);
  });

  it('are not done by a replica that only answers the API', async () => {
    const seen: unknown[] = [];
    const jobs = work({ note: async (payload) => void seen.push(payload) }, 'api');
    await jobs.enqueue(database.pool, [{ task: 'note', payload: 1 }]);
    await sleep(400);
    expect([seen, await jobCount(), jobs.lockedBy()]).toEqual([[], 1, []]);
  });

  it('go on after their connections were ended', async () => {
    const seen: unknown[] = [];
    const jobs = work({ note: async (payload) => void seen.push(payload) });
    await jobs.enqueue(database.pool, [{ task: 'note', payload: 1 }]);
    await eventually(() => expect(seen).toHaveLength(1));
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'commandcenter jobs' AND datname = current_database()`,
    );
    await jobs.enqueue(database.pool, [{ task: 'note', payload: 2 }]);
    await eventually(() => expect(seen).toContain(2)); // 1 may come again: its worker may have died before it said that it was done
  });

  it('stop with the hub: none is claimed afterwards, and the one in hand is done', async () => {
    let ended = false;
    let began = false;
    const jobs = work({
      slow: async () => {
        began = true;
        await sleep(300);
        ended = true;
      },
    });
    await jobs.enqueue(database.pool, [{ task: 'slow', payload: 1 }]);
    await eventually(() => expect(began).toBe(true));
    await jobs.onModuleDestroy();
    expect(ended).toBe(true);
    began = false;
    await jobs.enqueue(database.pool, [{ task: 'slow', payload: 1 }]);
    await sleep(300);
    expect(began).toBe(false);
  });

  it('name the pools under which this process locks them', async () => {
    const jobs = work({ note: async () => undefined });
    await eventually(() => expect(jobs.lockedBy()).toHaveLength(1));
  });
});

describe('workers whose connections are ended again and again', () => {
  it('come back, and leave no job locked', async () => {
    let done = 0;
    const jobs = work({ note: async () => void done++ });
    await eventually(() => expect(jobs.lockedBy()).toHaveLength(1));
    const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'commandcenter jobs' AND datname = current_database()`;
    for (let n = 0; n < 12; n++) {
      await jobs.enqueue(
        database.pool,
        Array.from({ length: 5 }, () => ({ task: 'note', payload: n })),
      );
      await database.pool.query(sql);
      await sleep(60);
    }
    await eventually(async () => expect(await jobCount()).toBe(0), 10_000);
    expect(done).toBeGreaterThanOrEqual(60);
    await eventually(() => expect(jobs.lockedBy()).toHaveLength(1));
  });
});

describe('a job that a dead worker held', () => {
  it('is done by another when it is unlocked', async () => {
    const seen: unknown[] = [];
    const jobs = new Jobs(database, config, 'api');
    await jobs.enqueue(database.pool, [{ task: 'note', payload: 7 }]);
    await database.pool.query(
      `UPDATE graphile_worker._private_jobs SET locked_by = 'pool-dead', locked_at = now(), attempts = attempts + 1`,
    );
    work({ note: async (payload) => void seen.push(payload) });
    await sleep(300);
    expect(seen).toEqual([]);
    await database.pool.query(`SELECT graphile_worker.force_unlock_workers(ARRAY['pool-dead'])`);
    await eventually(() => expect(seen).toEqual([7]));
  });

  it('is deleted when another took its place meanwhile, as nobody will ever do it; what waits or is held stays', async () => {
    const jobs = new Jobs(database, config, 'api');
    const add = (n: number) => jobs.enqueue(database.pool, [{ task: 'note', payload: n, jobKey: 'one' }]);
    await add(1);
    const hold = `UPDATE graphile_worker._private_jobs SET locked_by = 'pool-dead', locked_at = now(), attempts = attempts + 1 WHERE payload::text = $1`;
    await database.pool.query(hold, ['1']);
    await add(2);
    const payloads = async () =>
      (await database.pool.query<{ payload: number }>('SELECT payload FROM graphile_worker._private_jobs ORDER BY id')).rows.map((row) => row.payload); // prettier-ignore
    await jobs.tidy();
    expect(await payloads()).toEqual([1, 2]);
    await database.pool.query(`SELECT graphile_worker.force_unlock_workers(ARRAY['pool-dead'])`);
    await jobs.tidy();
    expect(await payloads()).toEqual([2]);
  });
});
