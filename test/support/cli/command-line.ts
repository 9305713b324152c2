import { Readable } from 'node:stream';
import { execute } from '../../../src/cli/execute.js';
import { connectionFrom } from '../../../src/cli/hub/connection.js';
import type { Surroundings } from '../../../src/cli/surroundings.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Around {
  readonly url?: string;
  readonly token?: string;
  readonly stdin?: string;
  readonly terminal?: boolean;
  readonly rows?: number;
  readonly interrupt?: AbortSignal;
  readonly becomeHub?: (args: readonly string[]) => Promise<number>;
}

/** 2026-11-23T06:30:00Z */
export const testNow = Date.UTC(2026, 10, 23, 6, 30);

/** Runs one command line inside this process, as `bin.ts` would. */
export async function commandLine(argv: readonly string[], around: Around = {}): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const isTTY = around.terminal === true;
  const outside: Surroundings = {
    argv,
    stdin: Readable.from([around.stdin ?? '']),
    askSecret: () => Promise.resolve(around.stdin ?? ''),
    stdout: { isTTY, write: (text) => (stdout += text) },
    stderr: { isTTY, rows: around.rows ?? 24, write: (text) => (stderr += text) },
    colour: true,
    connection: () =>
      connectionFrom({
        file: '/nonexistent/.commandcenter/cli.json',
        noColor: false,
        ...(around.url !== undefined && { url: around.url }),
        token: around.token ?? 'secret-token',
      }),
    now: () => testNow,
    becomeHub: around.becomeHub ?? (() => Promise.resolve(0)),
    holdInterrupt: () => ({ signal: around.interrupt ?? new AbortController().signal, release: () => undefined }),
  };
  const code = await execute(outside);
  return { code, stdout, stderr };
}
