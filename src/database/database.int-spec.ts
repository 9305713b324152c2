import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase } from '../../test/support/database.js';
import type { Database } from './database.js';
import { serverVersion } from './open-database.js';

describe('Database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase({ poolSize: 3 });
    await database.pool.query('CREATE TABLE t (n int)');
  });
  afterAll(() => database.close());

  const rows = async () => (await database.pool.query('SELECT n FROM t ORDER BY n')).rows;

  it('commits what the function wrote and gives its result', async () => {
    expect(await database.transaction(async (tx) => (await tx.query('INSERT INTO t VALUES (1)')).rowCount)).toBe(1);
    expect(await rows()).toEqual([{ n: 1 }]);
  });

  it('rolls all of it back when the function throws', async () => {
    const failing = database.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES (2)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await rows()).toEqual([{ n: 1 }]);
  });

  it('limits the time of reads, not that of the hot path', async () => {
    const show = 'SHOW statement_timeout';
    expect(await database.dataSource.query(show)).toEqual([{ statement_timeout: '5s' }]);
    expect((await database.pool.query(show)).rows).toEqual([{ statement_timeout: '0' }]);
  });

  it('survives the loss of every connection, idle or in a transaction', async () => {
    const cutOff = database.transaction(async (tx) => {
      await tx.query('SELECT 1');
      await database.pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await tx.query('SELECT 1');
    });
    await expect(cutOff).rejects.toThrow();
    expect(await soon(() => database.dataSource.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
    expect(await soon(rows)).toEqual([{ n: 1 }]);
  });

  /** A pool hears of a lost connection a moment later; whoever asks before gets its error. */
  async function soon<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (tries === 50) throw error;
        await sleep(20);
      }
    }
  }

  it('says which server does not answer, and never the password', async () => {
    const refused = serverVersion('postgres://me:hunter2@127.0.0.1:1/nowhere');
    await expect(refused).rejects.toMatchObject({
      code: 'CC_DATABASE_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1/nowhere'),
    });
    await expect(refused).rejects.not.toThrow('hunter2');
  });
});
