import type { Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { TerminalError } from '@commandcenter/sdk';
import type { ListOutput } from './file-schema.js';
import type { Folder } from './folder.js';
import { present } from './write-file.js';

/** The names of a folder come in no order: all of them are read before the first can be told. */
const maxNames = 50_000;

export async function listFolder(folder: Folder, limit: number, signal: AbortSignal): Promise<ListOutput> {
  const names: string[] = [];
  for await (const { name } of await opendir(folder.path)) {
    signal.throwIfAborted();
    if (names.push(name) > maxNames) throw new TerminalError(`The folder has more than ${maxNames} entries`);
  }
  const entries: ListOutput['entries'] = [];
  for (const name of names.sort()) {
    signal.throwIfAborted();
    if (entries.length === limit) return { entries, truncated: true };
    const stat = await present(folder, name);
    // Deleted since its name was read.
    if (stat === undefined) continue;
    entries.push({ name, type: typeOf(stat), bytes: stat.size, modifiedAt: stat.mtime.toISOString() });
  }
  return { entries, truncated: false };
}

function typeOf(stat: Stats): ListOutput['entries'][number]['type'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'link' : 'other';
}
