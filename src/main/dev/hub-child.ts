import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../../config/index.js';
import type { News, Order } from './messages.js';

const main = fileURLToPath(new URL('../../main.js', import.meta.url));
/** A hub that is on its way up hears nothing until it is there; a plugin that hangs is given up within 10 s. */
const startMs = 15_000;
/** Beyond the grace that the steps have. */
const stopMs = 10_000;

/** A hub as a process of its own: modules cannot be unloaded, so a changed plugin needs a new one. */
export class HubChild {
  /** Its address; undefined when it ended before it had one. */
  readonly ready: Promise<string | undefined>;
  /** The exit code, as a shell counts. */
  readonly ended: Promise<number>;
  /** The code of the error it ended with, where it told one. */
  failure: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly graceMs: number,
  ) {
    this.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal])),
    );
    const told = new Promise<string>((resolve) =>
      child.on('message', (news: News) => {
        if ('ready' in news) resolve(news.ready);
        else this.failure = news.failed;
      }),
    );
    this.ready = Promise.race([told, this.ended.then(() => undefined)]);
    child.on('error', () => undefined); // a message it did not live to hear
  }

  static async spawn(given: Readonly<Record<string, string>>, graceMs: number): Promise<HubChild> {
    const child = spawn(process.execPath, [main, 'dev-hub'], {
      env: childEnvironment(given),
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    await once(child, 'spawn');
    return new HubChild(child, graceMs);
  }

  /** Answers its exit code. One that does not go is killed: its runs are taken over by the next. */
  async stop(order: Order): Promise<number> {
    if (this.child.connected) this.child.send(order);
    await within(startMs, this.ready);
    await within(this.graceMs + stopMs, this.ended);
    this.kill();
    return this.ended;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
