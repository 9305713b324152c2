import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { link, lstat, open, rename, unlink } from 'node:fs/promises';
import { TerminalError } from '@commandcenter/sdk';
import type { Folder } from './folder.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/**
 * Nobody sees half a file: the content is on the disk under another name before it takes its own. What crashed in
 * between leaves a `.cc-*.tmp` behind.
 */
export async function writeFile(
  folder: Folder,
  name: string,
  content: Buffer,
  { replace, signal }: { readonly replace: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const before = await present(folder, name);
  if (before !== undefined && !before.isFile()) throw new TerminalError(`${name} is there already and is no file`);
  const temporary = folder.at(`.cc-${randomUUID()}.tmp`);
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    try {
      await file.writeFile(content);
      // As it was, without the bits that lend the owner's rights.
      if (before !== undefined) await file.chmod(before.mode & 0o777);
      await file.sync();
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    // A link is made only where nothing is, in one go; rename takes the place of what is there.
    if (replace) await rename(temporary, folder.at(name));
    else await link(temporary, folder.at(name));
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined);
    throw thrown;
  }
  if (!replace) await unlink(temporary);
  // So that the name survives a power failure; some network disks cannot.
  await folder.handle.sync().catch(() => undefined);
}

/** Of the name itself, not of what a link leads to. */
export async function present(folder: Folder, name: string): Promise<Stats | undefined> {
  try {
    return await lstat(folder.at(name));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}
