import { spawn } from 'node:child_process';
import { closeSync, constants, fchownSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CcError } from '../../errors/index.js';
import { type Binaries, program } from './binaries.js';
import { postgresEnvironment, run } from './cluster.js';
import type { Home } from './home.js';
import { livingPostmaster, type Postmaster } from './pid-file.js';

/** Recovery after a crash of the machine replays the log first; that may take this long. */
const startTimeoutMs = 120_000;
const logRotateBytes = 10_000_000;

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  password_encryption: 'scram-sha-256',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** Adopts the server that already serves this data folder, or starts one. It outlives this process unless stopped. */
export async function ensureServer(home: Home, binaries: Binaries, extra: Record<string, string>): Promise<Postmaster> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const living = livingPostmaster(home);
    if (living?.status === 'ready') return living;
    // `starting` and `stopping` are somebody else's doing: wait and look again.
    if (!living) await startOnce(home, binaries, extra, deadline);
    else await sleep(50);
  }
  throw failure(home, `did not become ready within ${startTimeoutMs / 1000} seconds`);
}

/** Finishes what is under way in the server and ends it. */
export async function stopServer(home: Home, binaries: Binaries): Promise<void> {
  if (!livingPostmaster(home)) return;
  try {
    await run(program(binaries, 'pg_ctl'), ['stop', '-D', home.data, '-m', 'fast', '-w', '-t', '60', '-s'], home);
  } catch (error) {
    if (livingPostmaster(home)) throw error;
  }
}

async function startOnce(
  home: Home,
  binaries: Binaries,
  extra: Record<string, string>,
  deadline: number,
): Promise<void> {
  const port = await freePort();
  const options = Object.entries({ ...settings, ...extra }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openLog(home);
  // Detached: Ctrl-C on the terminal must reach the hub only, which needs the database until it has drained.
  const child = spawn(program(binaries, 'postgres'), ['-D', home.data, '-p', String(port), ...options], {
    cwd: home.folder,
    env: postgresEnvironment,
    detached: true,
    stdio: ['ignore', log, log],
    ...home.account,
  });
  closeSync(log);
  child.unref();
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `ended with ${signal ?? code}`));
  let retries = 0;
  while (Date.now() < deadline) {
    const living = livingPostmaster(home);
    if (living?.status === 'ready') return;
    if (ended !== undefined) {
      // Another hub was faster, or the backends of a killed server have not all gone yet.
      if (living || (isTransient(home) && retries++ < 100)) return sleep(100);
      throw failure(home, ended);
    }
    await sleep(20);
  }
}

function isTransient(home: Home): boolean {
  return /could not bind|still in use|lock file .* already exists/.test(lastLines(home));
}

function openLog(home: Home): number {
  if ((statSync(home.log, { throwIfNoEntry: false })?.size ?? 0) > logRotateBytes)
    renameSync(home.log, `${home.log}.1`);
  // The folder is the account's: a link it put there must not make root open, and give away, a file of its own.
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_WRONLY } = constants;
  const log = openSync(home.log, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  if (home.account) fchownSync(log, home.account.uid, home.account.gid);
  return log;
}

function lastLines(home: Home): string {
  try {
    return readFileSync(home.log, 'utf8').slice(-1200).trim();
  } catch {
    return '';
  }
}

function failure(home: Home, what: string): CcError {
  return new CcError(
    'CC_EMBEDDED_DATABASE_FAILED',
    `The embedded PostgreSQL ${what}. Its log, ${home.log}, ends with:\n${lastLines(home)}`,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
