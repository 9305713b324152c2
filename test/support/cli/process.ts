import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Outcome } from './command-line.js';

const bin = resolve(import.meta.dirname, '../../../dist/cli/bin.js');

/** Starts the built command line as a shell would. */
export function spawnCommand(
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  node = process.execPath,
): ChildProcess {
  return spawn(node, [bin, ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number]>,
    text(child.stdout!),
    text(child.stderr!),
  ]);
  return { code, stdout, stderr };
}
