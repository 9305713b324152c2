import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import { Authenticator } from './authenticator.js';
import { Sessions } from './sessions.js';
import { identityEntities } from './entities.js';
import { hashToken } from './token-text.js';
import { Tokens } from './tokens.js';

class CountedTokens extends Tokens {
  asked = 0;

  override find(hash: Buffer) {
    this.asked += 1;
    return super.find(hash);
  }
}

describe('tokens', () => {
  let database: Database;
  let tokens: Tokens;
  const wanted = { name: 'ci', role: 'operator', approver: false, expiresAt: null } as const;

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
    tokens = new Tokens(database);
  });
  afterAll(() => database.close());
  afterEach(() => database.pool.query('DELETE FROM token'));

  it('knows a token it made, and keeps only its hash', async () => {
    const { token, entity } = await tokens.create(wanted);
    expect(token).toMatch(/^cc_[\w-]{43}$/);
    expect(await tokens.find(hashToken(token))).toEqual({
      id: entity.id,
      name: 'ci',
      role: 'operator',
      approver: false,
      groups: [],
    });
    const { rows } = await database.pool.query<{ row: string }>('SELECT token::text AS row FROM token');
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('does not know a token that was never made, was revoked, or has expired', async () => {
    expect(await tokens.find(hashToken('cc_wrong'))).toBeUndefined();
    const revoked = await tokens.create(wanted);
    await tokens.revoke(revoked.entity.id);
    expect(await tokens.find(hashToken(revoked.token))).toBeUndefined();
    const expired = await tokens.create({ ...wanted, expiresAt: new Date(Date.now() - 1000) });
    expect(await tokens.find(hashToken(expired.token))).toBeUndefined();
  });

  it('refuses a second token of one name, and revoking what is not there', async () => {
    await tokens.create(wanted);
    await expect(tokens.create(wanted)).rejects.toMatchObject({ code: 'CC_TOKEN_EXISTS' });
    await expect(tokens.revoke('0198c0de-0000-7000-8000-000000000000')).rejects.toMatchObject({
      code: 'CC_TOKEN_NOT_FOUND',
    });
  });

  it('notes when a token was used, once a minute at most', async () => {
    const { token } = await tokens.create(wanted);
    const usedAt = async () => (await tokens.list())[0]?.lastUsedAt?.getTime();
    expect(await usedAt()).toBeUndefined();
    await tokens.find(hashToken(token));
    const first = await usedAt();
    expect(first).toBeGreaterThan(Date.now() - 60_000);
    await tokens.find(hashToken(token));
    expect(await usedAt()).toBe(first);
  });

  it('answers those whose question is under way when another token is revoked', async () => {
    const { token } = await tokens.create(wanted);
    const authenticator = new Authenticator(tokens, new Sessions(database));
    const asked = authenticator.authenticate({ kind: 'token', text: token });
    authenticator.forgetAll();
    await expect(asked).resolves.toMatchObject({ name: 'ci' });
    expect(authenticator.remembered({ kind: 'token', text: token })).toBeUndefined();
  });

  it('asks the database once for a hundred requests with one token, wrong ones too', async () => {
    const { token } = await tokens.create(wanted);
    const counted = new CountedTokens(database);
    const authenticator = new Authenticator(counted, new Sessions(database));
    const hundred = (text: string) =>
      Promise.all(Array.from({ length: 100 }, () => authenticator.authenticate({ kind: 'token', text })));
    expect(authenticator.remembered({ kind: 'token', text: token })).toBeUndefined();
    expect(new Set((await hundred(token)).map((who) => who?.name))).toEqual(new Set(['ci']));
    expect(new Set(await hundred('cc_wrong'))).toEqual(new Set([undefined]));
    expect(counted.asked).toBe(2);
    expect(authenticator.remembered({ kind: 'token', text: token })).toMatchObject({ name: 'ci' });
    expect(authenticator.remembered({ kind: 'token', text: 'cc_wrong' })).toBeUndefined();
  });
});
