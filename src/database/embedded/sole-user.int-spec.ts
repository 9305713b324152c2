import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabase } from '../../../test/support/database.js';
import type { Database } from '../database.js';
import { becomeSoleUser } from './sole-user.js';

describe('becomeSoleUser', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  const holders = async () => {
    const { rows } = await database.pool.query<{ pid: number }>(
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    return rows.map((row) => row.pid);
  };

  it('refuses a second, until the first is done', async () => {
    const first = await becomeSoleUser(database.url, 'a folder');
    await expect(becomeSoleUser(database.url, 'a folder')).rejects.toMatchObject({
      code: 'CC_HUB_ALREADY_RUNNING',
      message: expect.stringContaining('a folder'),
    });
    await first.release(async () => expect(await holders()).toHaveLength(1));
    const second = await becomeSoleUser(database.url, 'a folder');
    await second.release(async () => undefined);
  });

  it('waits a moment for one that is just going', async () => {
    const first = await becomeSoleUser(database.url, 'a folder');
    const second = becomeSoleUser(database.url, 'a folder');
    await sleep(300);
    await first.release(async () => undefined);
    await (await second).release(async () => undefined);
  });

  it('takes the lock again when the server dropped its connection', async () => {
    const user = await becomeSoleUser(database.url, 'a folder');
    const [before] = await holders();
    await database.pool.query('SELECT pg_terminate_backend($1)', [before]);
    for (let tries = 0; tries < 100 && (await holders()).every((pid) => pid === before); tries++) await sleep(50);
    const [after] = await holders();
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    await user.release(async () => undefined);
  });
});
