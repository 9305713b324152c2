import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { clientSettings } from '../config/index.js';
import { become } from './become.js';
import { connectionFrom, type Connection } from './hub/connection.js';
import { secretInput } from './secret-input.js';

export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Everything of the outside world that a command may touch; tests give their own. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly stdin: AsyncIterable<string | Buffer>;
  /** All of stdin, or what is typed at a terminal, unseen. */
  askSecret(question: string): Promise<string>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** The terminal and the user's settings allow colour; a stream that is not a terminal still gets none. */
  readonly colour: boolean;
  /** Throws CC_HUB_UNKNOWN when nothing says where the hub is. */
  connection(): Connection;
  now(): number;
  /** Becomes the hub's own process (start, migrate, doctor). */
  becomeHub(args: readonly string[]): Promise<number>;
  /** Until `release`, Ctrl-C aborts the signal instead of ending the process. */
  holdInterrupt(): { readonly signal: AbortSignal; release(): void };
}

export function processSurroundings(): Surroundings {
  const main = fileURLToPath(new URL('../main.js', import.meta.url));
  const settings = clientSettings();
  endQuietlyOnBrokenPipe();
  return {
    argv: process.argv.slice(2),
    stdin: process.stdin,
    askSecret: (question) => secretInput(process.stdin, { question, write: (text) => process.stderr.write(text) }),
    stdout: process.stdout,
    stderr: process.stderr,
    colour: pc.isColorSupported && !settings.noColor,
    connection: () => connectionFrom(settings),
    now: () => Date.now(),
    becomeHub: (args) => become(process.execPath, [main, ...args]),
    holdInterrupt,
  };
}

/** `commandcenter runs list --all | head` closes our output early: that is no fault. */
function endQuietlyOnBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.stdout.destroy();
  });
}

function holdInterrupt(): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once('SIGINT', abort);
  return { signal: controller.signal, release: () => process.off('SIGINT', abort) };
}
