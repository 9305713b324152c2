import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import type { Database } from '../database/index.js';
import { theHub } from './actor.js';
import { record } from './audit-record.js';
import { markChanged } from './change.js';
import { hashToken, newToken } from './token-text.js';

export interface AdminTokenOptions {
  readonly stateDir: string;
  /** Where this hub answers; the command line reads it from the same file. */
  readonly url: string;
  /** COMMANDCENTER_ADMIN_TOKEN. */
  readonly adminToken?: string;
}

export interface AdminToken {
  /** The file `{ url, token }`, readable by its owner only. */
  readonly file: string;
  readonly token: string;
  /** False when the file already held a token that works. */
  readonly fresh: boolean;
}

/** Serialises replicas that start at once on one state folder. Any number nobody else uses. */
const LOCK = 7_301_206;

/**
 * Sees to it that `<stateDir>/cli.json` holds an admin token that works. A given token always wins and replaces the one
 * given before; otherwise the file's is kept, or made anew when the file or the database lost it.
 */
export async function ensureAdminToken(database: Database, options: AdminTokenOptions): Promise<AdminToken> {
  const file = join(options.stateDir, 'cli.json');
  return database.transaction(async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const kept = await read(file);
    const token = options.adminToken ?? kept?.token;
    if (token !== undefined && (await isAdmin(client, token))) {
      if (kept?.token !== token || kept.url !== options.url) await write(file, options.url, token);
      return { file, token, fresh: kept?.token !== token };
    }
    const made = options.adminToken ?? newToken();
    const name = options.adminToken === undefined ? `cli ${hostname()}:${options.stateDir}` : 'bootstrap';
    await replace(client, name, made);
    await write(file, options.url, made);
    return { file, token: made, fresh: true };
  });
}

async function isAdmin(client: pg.ClientBase, token: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM token
      WHERE hash = $1 AND role = 'admin' AND user_id IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    [hashToken(token)],
  );
  return rowCount === 1;
}

async function replace(client: pg.ClientBase, name: string, token: string): Promise<void> {
  const hash = hashToken(token);
  await client.query('DELETE FROM token WHERE name = $1 OR hash = $2', [name, hash]);
  const id = randomUUID();
  await client.query(
    `INSERT INTO token (id, name, hash, role, approver, created_at) VALUES ($1, $2, $3, 'admin', true, now())`,
    [id, name, hash],
  );
  const details = { name, role: 'admin' };
  await record(client, theHub, { action: 'token.create', targetKind: 'token', target: id, details });
  await markChanged(client);
}

/** Undefined when the file is not there or not ours: it is then written anew. */
async function read(file: string): Promise<{ url: unknown; token: string } | undefined> {
  try {
    const { url, token } = JSON.parse(await readFile(file, 'utf8')) as { url?: unknown; token?: unknown };
    return typeof token === 'string' ? { url, token } : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a reader never sees half a file and the mode holds from the first byte. */
async function write(file: string, url: string, token: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${JSON.stringify({ url, token }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
}
