import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import { Authenticator } from './authenticator.js';
import { Sessions } from './sessions.js';
import { identityEntities } from './entities.js';
import { hashToken } from './token-text.js';
import { Tokens } from './tokens.js';

describe('browser sessions', () => {
  let database: Database;
  let tokens: Tokens;
  let sessions: Sessions;
  let token: { id: string; text: string };
  const day = 86_400_000;

  const create = async (name: string, expiresAt: Date | null = null) => {
    const made = await tokens.create({ name, role: 'operator', approver: true, expiresAt });
    return { id: made.entity.id, text: made.token };
  };
  const who = async (secret: string) => (await sessions.find(hashToken(secret)))?.name;
  const rows = async () =>
    (await database.pool.query<{ row: string }>('SELECT session::text AS row FROM session')).rows;

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
    tokens = new Tokens(database);
    sessions = new Sessions(database);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.pool.query('DELETE FROM token');
    token = await create('cli');
  });

  it('is the token in another form, for a week, and only the hash of its secret is kept', async () => {
    const { secret, expiresAt } = (await sessions.open(token.id))!;
    expect(await sessions.find(hashToken(secret))).toEqual({
      id: token.id,
      name: 'cli',
      role: 'operator',
      groups: [],
      approver: true,
    });
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now() + 6.9 * day);
    expect(expiresAt.getTime()).toBeLessThan(Date.now() + 7.1 * day);
    const kept = JSON.stringify(await rows());
    expect(kept).not.toContain(secret);
    expect(kept).not.toContain(token.text);
  });

  it('notes that its token was used', async () => {
    const { secret } = (await sessions.open(token.id))!;
    await sessions.find(hashToken(secret));
    expect((await tokens.list())[0]?.lastUsedAt?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('ends when it is told to, and no other with it', async () => {
    const one = (await sessions.open(token.id))!;
    const two = (await sessions.open(token.id))!;
    await sessions.end(one.secret);
    expect([await who(one.secret), await who(two.secret)]).toEqual([undefined, 'cli']);
  });

  it('goes with its token when that is revoked', async () => {
    const { secret } = (await sessions.open(token.id))!;
    await tokens.revoke(token.id);
    expect(await who(secret)).toBeUndefined();
    expect(await rows()).toEqual([]);
  });

  it('does not outlive its token, and cannot be opened with one that ended', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000);
    const short = await create('short', inAnHour);
    const { secret, expiresAt } = (await sessions.open(short.id))!;
    expect(expiresAt).toEqual(inAnHour);
    await database.pool.query(`UPDATE token SET expires_at = now() - interval '1 s' WHERE id = $1`, [short.id]);
    expect(await who(secret)).toBeUndefined();
    expect(await sessions.open(short.id)).toBeUndefined();
    expect(await sessions.open('0198c0de-0000-7000-8000-000000000000')).toBeUndefined();
  });

  it('is not known once it expired, and its row goes when the next is opened', async () => {
    const { secret } = (await sessions.open(token.id))!;
    await database.pool.query(`UPDATE session SET expires_at = now() - interval '1 s'`);
    expect(await who(secret)).toBeUndefined();
    expect(await rows()).toHaveLength(1);
    await sessions.open(token.id);
    expect(await rows()).toHaveLength(1);
  });

  it('is one of fifty of its token: the oldest goes when one more is opened', async () => {
    const other = await sessions.open((await create('other')).id);
    const opened: string[] = [];
    for (let n = 0; n < 52; n += 1) opened.push((await sessions.open(token.id))!.secret);
    expect(await rows()).toHaveLength(51);
    const known = await Promise.all(opened.map(who));
    expect(known.map((name) => name === 'cli')).toEqual(opened.map((_, n) => n >= 2));
    expect(await who(other!.secret)).toBe('other');
  });

  it('is found, opened and ended while slow reads hold every connection for reads', async () => {
    const authenticator = new Authenticator(tokens, sessions);
    const slow = Array.from({ length: 10 }, () => database.dataSource.query('SELECT pg_sleep(1)'));
    const work = async () => {
      const { secret } = (await sessions.open(token.id))!;
      const known = await Promise.all([
        authenticator.authenticate({ kind: 'session', text: secret }),
        authenticator.authenticate({ kind: 'token', text: token.text }),
      ]);
      await sessions.end(secret);
      return known.map((principal) => principal?.name);
    };
    expect(await Promise.race([work(), Promise.race(slow).then(() => 'after a slow read')])).toEqual(['cli', 'cli']);
    await Promise.all(slow);
  });

  it('neither passes as a token nor a token as a session', async () => {
    const authenticator = new Authenticator(tokens, sessions);
    const { secret } = (await sessions.open(token.id))!;
    const asked = await Promise.all([
      authenticator.authenticate({ kind: 'session', text: secret }),
      authenticator.authenticate({ kind: 'token', text: token.text }),
      authenticator.authenticate({ kind: 'token', text: secret }),
      authenticator.authenticate({ kind: 'session', text: token.text }),
    ]);
    expect(asked.map((principal) => principal?.name)).toEqual(['cli', 'cli', undefined, undefined]);
  });

  it('is forgotten at once where it was ended', async () => {
    const authenticator = new Authenticator(tokens, sessions);
    const { secret } = (await sessions.open(token.id))!;
    const credential = { kind: 'session', text: secret } as const;
    await authenticator.authenticate(credential);
    await sessions.end(secret);
    expect(authenticator.remembered(credential)?.name).toBe('cli');
    authenticator.forget(credential);
    expect(authenticator.remembered(credential)).toBeUndefined();
    expect(await authenticator.authenticate(credential)).toBeUndefined();
  });
});
