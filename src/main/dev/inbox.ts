import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CcError } from '../../errors/index.js';

/** Where the inbox of a clone is; packages and images are built without it. */
const program = fileURLToPath(new URL('../../../dev/slack-inbox/main.ts', import.meta.url));

export interface DevInbox {
  readonly url: string;
  stop(): void;
}

/** A Slack on this machine, as a process of its own. It ends when its standard input does: with us, however we end. */
export async function startInbox(): Promise<DevInbox> {
  if (!existsSync(program))
    throw new CcError('CC_DEV_UNAVAILABLE', '`dev` needs the sources, and here is only the built hub: use start.');
  const child = spawn(process.execPath, [program, '--with-parent'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined); // it ended before us
  const url = await new Promise<string>((ready, failed) => {
    const fail = (why: string) => failed(new CcError('CC_DEV_UNAVAILABLE', `The Slack inbox did not start: ${why}.`));
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = /^slack-inbox: (http:\S+)$/.exec(line) ?? [];
      if (found !== undefined) ready(found);
    });
  });
  return { url, stop: () => child.stdin.end() };
}
