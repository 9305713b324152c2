import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import { ensureAdminToken, type AdminTokenOptions } from './admin-token.js';
import { identityEntities } from './entities.js';
import { hashToken } from './token-text.js';
import { Tokens } from './tokens.js';

describe('the admin token of the first start', () => {
  let database: Database;
  let root: string;
  let options: AdminTokenOptions;

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cc-identity-'));
    options = { stateDir: join(root, '.commandcenter'), url: 'http://127.0.0.1:3000' };
  });
  afterEach(async () => {
    await database.pool.query('DELETE FROM token');
    await rm(root, { recursive: true });
  });

  const role = async (token: string) => (await new Tokens(database).find(hashToken(token)))?.role;
  const file = async () => JSON.parse(await readFile(join(options.stateDir, 'cli.json'), 'utf8')) as unknown;

  it('is made, works, and lies in a file only its owner reads', async () => {
    const made = await ensureAdminToken(database, options);
    expect(made.fresh).toBe(true);
    expect(await role(made.token)).toBe('admin');
    expect(await file()).toEqual({ url: options.url, token: made.token });
    expect((await stat(made.file)).mode & 0o777).toBe(0o600);
  });

  it('stays the same at the next start, under another address too', async () => {
    const { token } = await ensureAdminToken(database, options);
    const again = await ensureAdminToken(database, { ...options, url: 'http://127.0.0.1:4000' });
    expect(again).toMatchObject({ token, fresh: false });
    expect(await file()).toEqual({ url: 'http://127.0.0.1:4000', token });
  });

  it('is made anew when the file is lost or spoiled, and the lost one stops working', async () => {
    const first = await ensureAdminToken(database, options);
    await rm(first.file);
    const second = await ensureAdminToken(database, options);
    await writeFile(second.file, '{"tok');
    const third = await ensureAdminToken(database, options);
    expect(await Promise.all([first, second, third].map(({ token }) => role(token)))).toEqual([
      undefined,
      undefined,
      'admin',
    ]);
  });

  it('is made anew when the database does not know the one in the file', async () => {
    const first = await ensureAdminToken(database, options);
    await database.pool.query('DELETE FROM token');
    const second = await ensureAdminToken(database, options);
    expect(second.token).not.toBe(first.token);
    expect(await role(second.token)).toBe('admin');
  });

  it('is the given one when one is given; another given one replaces it', async () => {
    const made = await ensureAdminToken(database, options);
    await ensureAdminToken(database, { ...options, adminToken: 'a-token-of-our-own' });
    await ensureAdminToken(database, { ...options, adminToken: 'another-token-of-ours' });
    expect(await role('a-token-of-our-own')).toBeUndefined();
    expect(await role('another-token-of-ours')).toBe('admin');
    expect(await file()).toMatchObject({ token: 'another-token-of-ours' });
    expect(await role(made.token)).toBe('admin');
  });

  it('may be given what the file holds', async () => {
    const { token } = await ensureAdminToken(database, options);
    expect(await ensureAdminToken(database, { ...options, adminToken: token })).toMatchObject({ token, fresh: false });
  });

  it('is one token when ten replicas start at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => ensureAdminToken(database, options)));
    expect(new Set(all.map(({ token }) => token)).size).toBe(1);
    expect(await file()).toMatchObject({ token: all[0]?.token });
  });
});
