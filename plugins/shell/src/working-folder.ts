import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { TerminalError } from '@commandcenter/sdk';

/** Where a program runs, links resolved: in one of the folders or below. */
export async function workingFolder(cwd: string | undefined, folders: readonly string[]): Promise<string> {
  const [first] = folders;
  if (first === undefined) {
    if (cwd === undefined) return '/';
    throw new TerminalError('No cwd is allowed; list folders in the options of the shell plugin');
  }
  const wanted = await realFolder(resolve(first, cwd ?? '.'));
  for (const folder of folders) {
    const allowed = await realFolder(folder);
    if (allowed !== undefined && wanted !== undefined && isWithin(allowed, wanted)) return wanted;
  }
  // The same for what is missing and for what is elsewhere: a step learns nothing about the rest of the machine.
  throw new TerminalError('cwd is no folder in the folders of the shell plugin');
}

async function realFolder(path: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  const found = real === undefined ? undefined : await stat(real).catch(() => undefined);
  return found?.isDirectory() === true ? real : undefined;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}
