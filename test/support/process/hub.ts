import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clone } from './clone.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A hub as a process of its own, in a process group of its own: what a shell would start. */
export class HubProcess {
  readonly ended: Promise<Ended>;
  output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly clone: Clone,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  }

  static spawn(
    clone: Clone,
    how: 'npm' | 'node',
    env: Record<string, string> = {},
    args: readonly string[] = ['start'],
  ): HubProcess {
    const [program, ...rest] = how === 'npm' ? ['npm', ...args] : [process.execPath, 'dist/main.js', ...args];
    const { DATABASE_URL: _unset, ...inherited } = process.env;
    const child = spawn(program as string, rest, {
      cwd: clone.folder,
      env: { ...inherited, PORT: '0', LOG_LEVEL: 'info', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new HubProcess(child, clone);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  async ready(): Promise<this> {
    await this.says(/CommandCenter is ready/);
    return this;
  }

  /** Waits for the output; fails with all of it when the process ends first. */
  async says(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    let over: Ended | undefined;
    void this.ended.then((ended) => (over = ended));
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(20)) {
      const match = pattern.exec(this.output);
      if (match) return match;
      if (over) throw new Error(`ended with ${over.signal ?? over.code} before it said ${pattern}:\n${this.output}`);
    }
    throw new Error(`did not say ${pattern} within ${timeoutMs} ms:\n${this.output}`);
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** What a terminal does on Ctrl-C. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  groupLives(): boolean {
    try {
      process.kill(-this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  get databaseFolder(): string {
    const folder = /embedded PostgreSQL \S+ in ([^\s"]+)/.exec(this.output)?.[1];
    if (folder === undefined) throw new Error(`no embedded database in the output:\n${this.output}`);
    return folder;
  }

  get postmaster(): number {
    return Number(readFileSync(join(this.databaseFolder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  async api<T>(path: string, body?: unknown): Promise<T> {
    const { url, token } = this.clone.credentials;
    const response = await fetch(`${url}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
