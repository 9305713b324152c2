import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const main = resolve(import.meta.dirname, '../../../dist/main.js');
/** Of an admin. */
export const token = 'a-token-for-tests-only';

export interface Answer {
  readonly status: number;
  readonly body: any;
}

/** A real hub in a process of its own, on the built code. */
export class HubProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** What it logged, for failing tests. */
    readonly log: readonly string[],
  ) {}

  /** `root` holds commandcenter.yaml. Answers when the hub listens. */
  static async start(
    root: string,
    databaseUrl: string,
    env: Readonly<Record<string, string>> = {},
    ...args: string[]
  ): Promise<HubProcess> {
    const child = spawn(process.execPath, [main, 'start', ...args], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: databaseUrl,
        PORT: '0',
        COMMANDCENTER_CONFIG: join(root, 'commandcenter.yaml'),
        COMMANDCENTER_ADMIN_TOKEN: token,
        OTEL_SDK_DISABLED: 'true',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on('line', (line) => log.push(line));
    const url = await new Promise<string>((ready, failed) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        log.push(line);
        const url = /CommandCenter is ready at (http:[^\s"]+)/.exec(line)?.[1];
        if (url !== undefined) ready(url);
      });
      child.once('exit', (code) => failed(new Error(`the hub ended with ${code}:\n${log.join('\n')}`)));
    });
    return new HubProcess(child, url, log);
  }

  async call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The process stands still, with all its connections open, until `thaw`. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** The exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    this.child.kill(signal);
    const [code] = (await once(this.child, 'exit')) as [number | null];
    return code;
  }
}
