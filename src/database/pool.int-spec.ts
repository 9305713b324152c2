import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';
import { testDatabase } from '../../test/support/database.js';
import type { Database } from './database.js';

/** Stands for the trace of whoever asks. */
const asker = new AsyncLocalStorage<string>();
const asked: (readonly [text: string, by: string | undefined])[] = [];

const { query } = pg.Client.prototype;

describe('a query that waits for a connection', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase({ poolSize: 1 });
    // As an instrumentation does, which makes a span of each query in the context that it finds.
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [first] = args as [string | { text: string }];
      const text = typeof first === 'string' ? first : first.text;
      asked.push([text, asker.getStore()]);
      return query.apply(this, args as never) as never;
    } as never;
  });
  afterAll(async () => {
    pg.Client.prototype.query = query;
    await database.close();
  });
  beforeEach(() => asked.splice(0));

  it('is sent in the context of the one who asks, not of the one who gave the connection back', async () => {
    await Promise.all(
      ['A', 'B', 'C'].map((name) => asker.run(name, () => database.pool.query(`SELECT '${name}', pg_sleep(0.05)`))),
    );
    expect(asked).toEqual(['A', 'B', 'C'].map((name) => [`SELECT '${name}', pg_sleep(0.05)`, name]));
  });

  it('is so in transactions, and among the reads', async () => {
    await Promise.all(
      ['A', 'B'].map((name) => asker.run(name, () => database.transaction((tx) => tx.query(`SELECT '${name}'`)))),
    );
    const names = Array.from({ length: 12 }, (_, n) => `reader ${n}`);
    await Promise.all(
      names.map((name) => asker.run(name, () => database.dataSource.query(`SELECT '${name}', pg_sleep(0.05)`))),
    );
    const own = asked.filter(([text]) => text.startsWith('SELECT '));
    expect(own.filter(([text, by]) => by === undefined || !text.startsWith(`SELECT '${by}'`))).toEqual([]);
    expect(own.length).toBeGreaterThanOrEqual(14);
  });

  it('gets the error when there is none', async () => {
    const client = await database.pool.connect();
    const late = asker.run('late', () => database.pool.query('SELECT 1'));
    client.release(new Error('broken'));
    expect((await late).rows).toHaveLength(1);
    await expect(database.pool.query('SELECT nothing_like_it')).rejects.toThrow('nothing_like_it');
  });
});
