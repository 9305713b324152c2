import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import { theHub } from './actor.js';
import { Audit } from './audit.js';
import { identityEntities } from './entities.js';
import { Users } from './users.js';

describe('the audit log', () => {
  let database: Database;
  let audit: Audit;
  const keep = (retentionMs: number, maxEntries: number) => new Audit(database, { audit: { retentionMs, maxEntries } });
  const write = async (count: number, target = 'x') => {
    for (let n = 0; n < count; n += 1)
      await audit.recordMade(theHub, { action: 'test.write', targetKind: 'test', target, details: { n } });
  };
  const written = async () => {
    const { items } = await audit.list({ limit: 200 });
    return items.map(({ details }) => details?.['n']);
  };

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
    audit = keep(60_000, 1_000);
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('DELETE FROM audit_entry'));

  it('is read newest first, page by page, undisturbed by what is written meanwhile', async () => {
    await write(5);
    const first = await audit.list({ limit: 2 });
    await write(1, 'later');
    const second = await audit.list({ limit: 2, before: first.nextCursor! });
    const third = await audit.list({ limit: 2, before: second.nextCursor! });
    const numbers = [first, second, third].map(({ items }) => items.map(({ details }) => details!['n']));
    expect(numbers).toEqual([[4, 3], [2, 1], [0]]);
    expect(third.nextCursor).toBeNull();
  });

  it('is filtered by who, what, which and when', async () => {
    await write(2, 'a');
    await write(1, 'b');
    const count = async (query: object) => (await audit.list({ limit: 10, ...query })).items.length;
    expect([
      await count({ target: 'a' }),
      await count({ actor: 'hub' }),
      await count({ actor: 'ada' }),
      await count({ action: 'test.write', target: 'b' }),
      await count({ since: new Date(Date.now() + 60_000) }),
      await count({ until: new Date(Date.now() + 60_000) }),
    ]).toEqual([2, 3, 0, 1, 0, 3]);
  });

  it('has no line of a change that was not made, and a change is not made without its line', async () => {
    const users = new Users(database);
    await users.create({ name: 'ada', displayName: null, role: 'viewer', approver: false }, theHub);
    const again = users.create({ name: 'ada', displayName: null, role: 'admin', approver: false }, theHub);
    await expect(again).rejects.toMatchObject({ code: 'CC_USER_EXISTS' });
    expect((await audit.list({ limit: 10 })).items.map(({ action }) => action)).toEqual(['user.create']);
    await database.pool.query('ALTER TABLE audit_entry RENAME TO away');
    await expect(users.change('ada', { role: 'admin' }, theHub)).rejects.toThrow();
    await database.pool.query('ALTER TABLE away RENAME TO audit_entry');
    expect((await users.get('ada')).role).toBe('viewer');
  });

  it('forgets what is older than its retention, and all but the newest', async () => {
    await write(4);
    await database.pool.query(`UPDATE audit_entry SET at = now() - interval '2 minutes' WHERE details LIKE '%:0}'`);
    expect(await audit.prune()).toBe(1);
    expect(await written()).toEqual([3, 2, 1]);
    expect(await keep(60_000, 2).prune()).toBe(1);
    expect(await written()).toEqual([3, 2]);
  });

  it('cuts details that are too long', async () => {
    await audit.recordMade(theHub, { action: 'test.write', targetKind: 'test', target: 'x', details: { a: 'y'.repeat(5_000) } });
    expect((await audit.list({ limit: 1 })).items[0]!.details).toEqual({ cut: '5008 characters' });
  }); // prettier-ignore
});
