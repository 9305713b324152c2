import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const main = resolve(import.meta.dirname, '../../dist/main.js');
const token = 'a-token-for-tests-only';

export interface Answer {
  readonly status: number;
  readonly body: any;
}

export interface Death {
  readonly at: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One replica under supervision: a hub in a process of its own that is started again whenever it ends. */
export class Hub {
  readonly deaths: Death[] = [];
  #child: ChildProcess | undefined;
  #listening: Promise<string> = Promise.reject(new Error('not started'));
  #supervised = true;
  #listeningSince = Infinity;
  readonly #log: WriteStream;

  constructor(
    private readonly root: string,
    readonly name: string,
    private readonly databaseUrl: string,
  ) {
    this.#listening.catch(() => undefined);
    this.#log = createWriteStream(join(root, `${name}.log`));
  }

  /** Long enough up to declare others dead (see Liveness: a young connection judges nobody). */
  get standing(): boolean {
    return Date.now() - this.#listeningSince > 4_500;
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Resolves when it answers requests. */
  async start(): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      DATABASE_URL: this.databaseUrl,
      PORT: '0',
      COMMANDCENTER_CONFIG: join(this.root, 'commandcenter.yaml'),
      COMMANDCENTER_ADMIN_TOKEN: token,
      OTEL_SDK_DISABLED: 'true',
    };
    const child = spawn(process.execPath, [main, 'start'], { cwd: this.root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.pipe(this.#log, { end: false });
    this.#listening = new Promise((ready, failed) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#log.write(`${line}\n`);
        const url = /"url":"([^"]+)"/.exec(line)?.[1];
        if (url !== undefined) ready(url);
      });
      child.once('exit', (code, signal) => failed(new Error(`${this.name} ended with ${signal ?? code}`)));
    });
    this.#listening.catch(() => undefined);
    child.once('exit', (code, signal) => void this.#ended(code, signal));
    await this.#listening;
    this.#listeningSince = Date.now();
  }

  async #ended(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    this.#listeningSince = Infinity;
    this.deaths.push({ at: Date.now(), code, signal });
    this.#log.write(`--- ended with ${signal ?? code} at ${new Date().toISOString()}\n`);
    await delay(100);
    if (this.#supervised) await this.start().catch(() => undefined);
  }

  /** Ends the process that runs now; the supervisor starts another one. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  pause(): void {
    this.#child!.kill('SIGSTOP');
  }

  proceed(): void {
    this.#child!.kill('SIGCONT');
  }

  /** Ends it for good. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#supervised = false;
    if (!this.#child) return;
    this.proceed();
    await this.kill(signal);
    this.#log.end();
  }

  /** Waits for a hub that is starting; a connection that breaks is the caller's to handle. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const url = await this.#listening;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: response.status, body: await response.json() };
  }
}
