import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openScratchServer } from '../dist/database/embedded/open-embedded.js';

/** One PostgreSQL for all contenders of an invocation: the embedded one with production settings, or BENCH_DATABASE_URL. */
export interface Server {
  readonly description: string;
  database(name: string): Promise<string>;
  /** CPU seconds of the server with all its processes so far; undefined for a server that is not ours. */
  cpuSeconds(): number | undefined;
  stop(): Promise<void>;
}

export async function startServer(): Promise<Server> {
  const given = process.env['BENCH_DATABASE_URL'];
  const folder = mkdtempSync(join(tmpdir(), 'cc-bench-'));
  chmodSync(folder, 0o711); // as root, PostgreSQL runs as another user, who has to get in
  const { url } =
    given === undefined ? await openScratchServer(join(folder, 'server'), { max_connections: '300' }) : { url: given };
  const pidFile = join(folder, 'server', 'data', 'postmaster.pid');
  const postmaster = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : undefined;
  const [{ version }] = await query<{ version: string }>(url, `SELECT current_setting('server_version') AS version`);
  return {
    description: `PostgreSQL ${version}${given === undefined ? ', embedded, fsync and synchronous_commit on' : ''}`,
    database: (name) => freshDatabase(url, name),
    cpuSeconds: () => (postmaster === undefined ? undefined : treeCpuSeconds(postmaster)),
    stop: async () => {
      if (postmaster !== undefined) {
        process.kill(postmaster, 'SIGINT');
        while (existsSync(pidFile)) await sleep(50);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function query<R extends pg.QueryResultRow>(url: string, text: string): Promise<[R, ...R[]]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows as [R, ...R[]];
  } finally {
    await client.end();
  }
}

async function freshDatabase(url: string, name: string): Promise<string> {
  await query(url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await query(url, `CREATE DATABASE "${name}"`);
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time of a process (Linux: proc_pid_stat(5), fields 14 and 15; with its ended children 16 and 17). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number);
  return (fields[11]! + fields[12]! + fields[13]! + fields[14]!) / ticksPerSecond;
}

function treeCpuSeconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const living = children === '' ? [] : children.split(' ').map(Number);
  return living.reduce((sum, child) => sum + safely(() => cpuSeconds(child)), cpuSeconds(pid));
}

function safely(read: () => number): number {
  try {
    return read();
  } catch {
    return 0; // it ended meanwhile; its time is in its parent's account
  }
}

/** Resident memory now and at its highest, in MiB (proc_pid_status(5)). */
export function residentMiB(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { now: Math.round(kib('VmRSS') / 1024), peak: Math.round(kib('VmHWM') / 1024) };
}
