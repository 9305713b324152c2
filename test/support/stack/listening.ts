import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Where a program of Prometheus' family, started on port 0 with its stderr piped, says that it listens. */
export function listening(child: ChildProcess, name: string): Promise<string> {
  const log: string[] = [];
  return new Promise((ready, failed) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      log.push(line);
      const [, bound] = /msg="Listening on".* address=(127\.0\.0\.1:\d+)/.exec(line) ?? [];
      if (bound !== undefined) ready(bound);
    });
    child.once('exit', (code) => failed(new Error(`${name} ended with ${code}:\n${log.join('\n')}`)));
  });
}
