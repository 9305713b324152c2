import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolvePlugin } from './resolve-plugin.js';

/** Where a plugin's code lies, links followed: so Node names it in stacks. */
export interface PluginPlace {
  /** As written in commandcenter.yaml. */
  readonly use: string;
  readonly entry: string;
  /** Of the package, or the file itself where `use` names a file. */
  readonly folder: string;
  /** Somebody works on it here: it was not installed into a node_modules. */
  readonly isOwn: boolean;
}

/** Throws CC_PLUGIN_NOT_FOUND, as loading it does. */
export function placeOfPlugin(use: string, root: string): PluginPlace {
  const entry = realpathSync(fileURLToPath(resolvePlugin(use, root)));
  const isFile = isPath(use) && statSync(resolve(root, use)).isFile();
  const folder = isFile ? entry : packageOf(entry);
  return { use, entry, folder, isOwn: !entry.includes(`${sep}node_modules${sep}`) };
}

export const isPath = (use: string) => use.startsWith('.') || isAbsolute(use);

function packageOf(entry: string): string {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return dirname(entry);
}
