import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fchownSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CcError } from '../../errors/index.js';
import { type Binaries, program } from './binaries.js';
import { createHome, type Home } from './home.js';

export const superuser = 'commandcenter';

/** Creates the data folder on the first start; returns the password either way. */
export async function ensureCluster(home: Home, binaries: Binaries): Promise<string> {
  createHome(home);
  const password = ensurePassword(home);
  if (existsSync(home.data)) return password;
  // Two hubs may start at once: each fills a folder of its own, and the first to rename wins.
  const partial = join(home.folder, `data-${randomBytes(4).toString('hex')}`);
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${superuser}`];
  try {
    await run(program(binaries, 'initdb'), [`--pgdata=${partial}`, `--pwfile=${home.password}`, ...options], home);
    renameSync(partial, home.data);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(home.data)) throw error;
  }
  return password;
}

function ensurePassword(home: Home): string {
  try {
    const file = openSync(home.password, 'wx', 0o600);
    try {
      writeFileSync(file, randomBytes(24).toString('base64url'));
      // The open file, not the name: whose folder it is could put another behind it meanwhile.
      if (home.account) fchownSync(file, home.account.uid, home.account.gid);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(home.password, 'utf8');
}

/** Runs one of PostgreSQL's programs to its end as the account that owns the data. */
export async function run(command: string, args: readonly string[], home: Home): Promise<void> {
  const child = spawn(command, args, {
    cwd: home.folder,
    env: postgresEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Out of the terminal's reach: a first start interrupted here would leave half of a database.
    detached: true,
    ...home.account,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((cause: unknown) => {
    throw new CcError(
      'CC_EMBEDDED_DATABASE_FAILED',
      `${command} could not be run. Set DATABASE_URL to use another server.`,
      {
        cause,
      },
    );
  });
  if (code === 0) return;
  throw new CcError('CC_EMBEDDED_DATABASE_FAILED', `${command} ended with ${code}: ${said.trim().slice(-800)}`);
}

/** PostgreSQL gets nothing of ours: neither PG* variables meant for clients, nor secrets. */
export const postgresEnvironment = { LC_ALL: 'C', TZ: 'UTC' };
