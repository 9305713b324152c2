import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Blackener, Tail } from './tail.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

export interface Ended {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: Tail;
  readonly stderr: Tail;
}

export interface Limits {
  readonly maxOutputBytes: number;
  readonly killAfterMs: number;
}

/** Whoever left the group and still holds the pipes is not waited for longer than this. */
const holdMs = 500;
const lookEveryMs = 20;

/**
 * Runs a program as the leader of a process group of its own, and ends that group: on abort with SIGTERM, then SIGKILL; at
 * the end of the program, whatever it left behind. Rejects only when the program cannot be started.
 */
export async function execute(
  command: Command,
  limits: Limits,
  secrets: Blackener,
  signal: AbortSignal,
): Promise<Ended> {
  const { file, args, cwd, env, stdin } = command;
  const child = spawn(file, args, { cwd, env, shell: false, detached: true, stdio: 'pipe' });
  const ended = end(child, limits.maxOutputBytes, secrets);
  const group = new Group(child.pid);
  const timers: NodeJS.Timeout[] = [];
  const killNow = () => {
    group.kill('SIGKILL');
    // Missing when there were too many open files to start anything.
    timers.push(setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), holdMs));
  };
  let killAt: number | undefined;
  const stop = () => {
    killAt = performance.now() + limits.killAfterMs;
    group.kill('SIGTERM');
    timers.push(setTimeout(killNow, limits.killAfterMs));
  };
  // Those it started may need their time, too, when the leader has heard SIGTERM first.
  child.once('exit', () => killAt ?? killNow());
  // A program that does not read what it is given is no fault.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    timers.forEach(clearTimeout);
    if (killAt !== undefined) await group.gone(killAt);
  }
}

/** Listens at once: an error of a child that nobody listens to ends the hub. */
function end(child: ChildProcessWithoutNullStreams, maxOutputBytes: number, secrets: Blackener): Promise<Ended> {
  const stdout = new Tail(maxOutputBytes, secrets);
  const stderr = new Tail(maxOutputBytes, secrets);
  child.stdout?.on('data', (chunk: Buffer) => stdout.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
  return new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}

class Group {
  constructor(private readonly leader: number | undefined) {}

  /** Whether anybody was there to hear it. */
  kill(name: NodeJS.Signals | 0): boolean {
    try {
      return this.leader !== undefined && process.kill(-this.leader, name);
    } catch {
      // Nobody is left, or what is left runs as somebody else.
      return false;
    }
  }

  /**
   * When the last of them has ended; kills those that are left at `killAt`. Where nobody collects the ended (a container
   * whose process 1 does not) they count as alive: `killAt` bounds the wait.
   */
  async gone(killAt: number): Promise<void> {
    while (this.kill(0) && performance.now() < killAt) await sleep(lookEveryMs);
    this.kill('SIGKILL');
  }
}
