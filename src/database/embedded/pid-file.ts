import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.js';

/** What a living postmaster says of itself in postmaster.pid. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`; empty while the file is being written. */
  readonly status: string;
}

/** Lines of the file: pid, data folder, start time, port, socket folder, listen address, shared memory, status. */
export function parsePidFile(text: string): Postmaster | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: lines[7] ?? '' };
}

/** The postmaster that serves this data folder now, if one lives. */
export function livingPostmaster(home: Home): Postmaster | undefined {
  const file = pidFile(home);
  let found: Postmaster | undefined;
  try {
    found = parsePidFile(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  if (!found || !isAlive(found.pid)) return undefined;
  if (isOurs(found.pid, home)) return found;
  // The machine was restarted and the number went to another program. PostgreSQL would refuse to start for its sake.
  rmSync(file, { force: true });
  return undefined;
}

function pidFile(home: Home): string {
  return join(home.data, 'postmaster.pid');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A dead process whose parent has not asked for it still answers to kill(pid, 0). */
function isZombie(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** A postmaster works in its data folder, which holds even after the folder was moved. Without /proc, the password decides. */
function isOurs(pid: number, home: Home): boolean {
  try {
    return realpathSync(`/proc/${pid}/cwd`) === realpathSync(home.data);
  } catch {
    return true;
  }
}
