import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import type { Actor } from './actor.js';
import { identityEntities } from './entities.js';
import { openStoredSecrets } from './open-stored-secrets.js';
import { Secrets } from './secrets.js';

const by: Actor = { kind: 'user', name: 'ada', requestId: 'r1', traceId: 't1' };
const newKey = () => randomBytes(32).toString('base64');
const quiet = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('stored secrets', () => {
  let database: Database;
  let stateDir: string;
  const keys = [newKey(), newKey()];

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'cc-secrets-'));
  });
  afterEach(async () => {
    await database.pool.query('DELETE FROM stored_secret; DELETE FROM audit_entry');
    await rm(stateDir, { recursive: true });
  });

  const hub = async (encryptionKeys: readonly string[], env: Record<string, string> = {}, more: object = {}) => {
    const secrets = new Secrets({ secrets: ['A', 'B'] }, (name) => env[name]);
    const warnings: string[] = [];
    const logger = { ...quiet, warn: (text: string) => void warnings.push(text) };
    const config = { encryptionKeys, stateDir, databaseUrl: 'postgres://x/y', ...more };
    const stored = await openStoredSecrets(config, database, secrets, logger);
    return { secrets, stored, warnings };
  };

  it('are used when the environment has no value, and blacked out', async () => {
    const env: Record<string, string> = { B: 'from-the-environment' };
    const { secrets, stored } = await hub(keys, env);
    expect(await stored.create('A', 'value-of-a', by)).toMatchObject({ name: 'A', version: 1, updatedBy: 'ada', opens: true });
    await stored.create('B', 'value-of-b', by);
    expect([secrets.resolve('A'), secrets.resolve('B')]).toEqual(['value-of-a', 'from-the-environment']);
    expect(secrets.redact('value-of-a value-of-b from-the-environment')).toBe('*** *** ***');
    await stored.replace('A', 'another-value', by);
    expect(secrets.resolve('A')).toBe('another-value');
    await stored.delete('A', by);
    expect(() => secrets.resolve('A')).toThrow('`commandcenter secrets set A`');
  }); // prettier-ignore

  it('are in the database as ciphertext only, also in the audit log', async () => {
    const { stored } = await hub(keys);
    await stored.create('A', 'value-of-a', by);
    await stored.replace('A', 'value-two-of-a', by);
    const { rows } = await database.pool.query<{ row: string }>(
      `SELECT row::text FROM (SELECT s.*, encode(sealed, 'escape') AS bytes FROM stored_secret s) row
       UNION ALL SELECT e::text FROM audit_entry e`,
    );
    const all = JSON.stringify(rows);
    expect(all).not.toMatch(/value-(two-)?of-a/);
    const entries = await database.pool.query('SELECT actor, action, target, details, request_id, trace_id FROM audit_entry ORDER BY seq');
    expect(entries.rows).toEqual([
      { actor: 'ada', action: 'secret.create', target: 'A', details: '{"version":1}', request_id: 'r1', trace_id: 't1' },
      { actor: 'ada', action: 'secret.replace', target: 'A', details: '{"version":2}', request_id: 'r1', trace_id: 't1' },
    ]);
  }); // prettier-ignore

  it('do not open when a row was copied to another name or an old one was put back', async () => {
    const { secrets, stored } = await hub(keys);
    await stored.create('A', 'first-value', by);
    await stored.create('B', 'other-value', by);
    await database.pool.query('CREATE TEMP TABLE old AS SELECT * FROM stored_secret');
    await stored.replace('A', 'second-value', by);
    await database.pool.query(
      `UPDATE stored_secret s SET nonce = o.nonce, sealed = o.sealed FROM old o WHERE s.name = 'A' AND o.name = 'A'`,
    );
    await database.pool.query(
      `UPDATE stored_secret s SET nonce = o.nonce, sealed = o.sealed FROM old o WHERE s.name = 'B' AND o.name = 'A'`,
    );
    await database.pool.query('DROP TABLE IF EXISTS old');
    expect(await stored.load()).toEqual(['A', 'B']);
    expect(() => secrets.resolve('A')).toThrow(expect.objectContaining({ code: 'CC_SECRET_SEALED' }));
  });

  it('go on under a new key, and need the old one no more after a rotation', async () => {
    const [old, young] = keys as [string, string];
    await (await hub([old])).stored.create('A', 'value-of-a', by);
    const both = await hub([young, old]);
    expect(both.secrets.resolve('A')).toBe('value-of-a');
    await both.stored.create('B', 'value-of-b', by);
    expect(await both.stored.rotate(by)).toMatchObject({ rotated: ['A'], left: [] });
    expect(await both.stored.rotate(by)).toMatchObject({ rotated: [], left: [] });
    const alone = await hub([young]);
    expect([alone.secrets.resolve('A'), alone.secrets.resolve('B'), alone.warnings]).toEqual(['value-of-a', 'value-of-b', []]); // prettier-ignore
    const lost = await hub([old]);
    expect(lost.warnings).toEqual([expect.stringContaining('A, B')]);
    expect(() => lost.secrets.resolve('A')).toThrow(expect.objectContaining({ code: 'CC_SECRET_SEALED' }));
    expect(await lost.stored.rotate(by)).toMatchObject({ rotated: [], left: ['A', 'B'] });
  });

  it('refuse what nothing could use, a second one of a name, and one that is not there', async () => {
    const { stored } = await hub(keys);
    await expect(stored.create('C', 'value', by)).rejects.toMatchObject({ code: 'CC_SECRET_UNKNOWN' });
    await stored.create('A', 'value', by);
    await expect(stored.create('A', 'value', by)).rejects.toMatchObject({ code: 'CC_SECRET_EXISTS' });
    await expect(stored.replace('B', 'value', by)).rejects.toMatchObject({ code: 'CC_SECRET_NOT_FOUND' });
    await expect(stored.delete('B', by)).rejects.toMatchObject({ code: 'CC_SECRET_NOT_FOUND' });
  });

  it('have a key of their own with the embedded database: made once, for its owner only, never anew', async () => {
    const embedded = { databaseUrl: undefined };
    const first = await hub([], {}, embedded);
    await first.stored.create('A', 'value-of-a', by);
    const file = join(stateDir, 'encryption.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const key = await readFile(file, 'utf8');
    expect(first.secrets.redact(key.trim())).toBe('***');
    expect((await hub([], {}, embedded)).secrets.resolve('A')).toBe('value-of-a');
    expect((await hub([])).secrets.resolve('A')).toBe('value-of-a');
    await writeFile(file, 'spoiled');
    await expect(hub([], {}, embedded)).rejects.toMatchObject({ code: 'CC_CONFIG_INVALID' });
  });

  it('cannot be stored on a server without a key, which every replica would make for itself', async () => {
    const { stored, secrets } = await hub([]);
    await expect(stored.create('A', 'value', by)).rejects.toMatchObject({ code: 'CC_SECRET_STORE_CLOSED' });
    await expect(stored.rotate(by)).rejects.toMatchObject({ code: 'CC_SECRET_STORE_CLOSED' });
    expect(() => secrets.resolve('A')).toThrow('listed but has no value');
  });
});
