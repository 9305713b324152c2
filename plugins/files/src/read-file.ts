import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TerminalError } from '@commandcenter/sdk';
import type { Folder } from './folder.js';
import type { Root } from './options.js';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** A file that files.write has just made has two names for a moment. */
const linkedMs = 100;

export interface Contents {
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
}

/** Of a file and nothing else: opening a pipe must not wait for somebody who writes. */
export async function readFile(folder: Folder, name: string, root: Root, maxBytes: number): Promise<Contents> {
  const file = await open(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new TerminalError(`${name} is a folder; use files.list`);
    if (!stat.isFile()) throw new TerminalError(`${name} is no file`);
    if (stat.nlink > 1 && !root.hardLinks && (await stillLinked(file))) {
      throw new TerminalError(
        `${name} has another name, which may be outside the root (hardLinks of the root allows it)`,
      );
    }
    // One more than allowed, whatever size it claims: it may grow while it is read.
    const buffer = Buffer.allocUnsafe(Math.min(stat.size, maxBytes) + 1);
    const chunks: Buffer[] = [];
    for (let total = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.byteLength);
      if (bytesRead === 0) return { bytes: Buffer.concat(chunks), modifiedAt: stat.mtime };
      chunks.push(Buffer.from(buffer.subarray(0, bytesRead)));
      total += bytesRead;
      if (total > maxBytes) throw new TerminalError(`${name} has more than ${maxBytes} bytes (maxBytes of the files plugin)`); // prettier-ignore
    }
  } finally {
    await file.close();
  }
}

async function stillLinked(file: FileHandle): Promise<boolean> {
  await sleep(linkedMs);
  return (await file.stat()).nlink > 1;
}
