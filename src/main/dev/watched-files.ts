import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../../config/index.js';
import { isPath, placeOfPlugin } from '../../plugin-host/index.js';

/** What the hub loads; not maps, types, build notes or tests. */
const loads = /\.(m?js|cjs|json|node|wasm)$/;
const isTest = /\.(test|spec)\.[cm]?js$/;
/** A folder of more is no built plugin, and looking at it several times a second would cost. */
const mostFiles = 5_000;

/** Something whose change needs a new hub. */
export interface Watched {
  readonly name: string;
  /** A folder, or a file. It need not be there. */
  readonly paths: readonly string[];
}

/** commandcenter.yaml, and the built files of the listed plugins that were not installed but lie here. */
export function watchedBy(config: Config): Watched[] {
  const file = config.file ?? join(config.root, 'commandcenter.yaml');
  return [{ name: basename(file), paths: [file] }, ...config.plugins.flatMap(({ use }) => watchedPlugin(use, config))];
}

function watchedPlugin(use: string, { root }: Config): Watched[] {
  try {
    const { entry, folder, isOwn } = placeOfPlugin(use, root);
    if (!isOwn) return [];
    const paths = folder === entry ? [entry] : [dirname(entry), join(folder, 'package.json')];
    return [{ name: use, paths: [...new Set(paths)] }];
  } catch {
    // Not built yet, say: it may appear.
    return isPath(use) ? [{ name: use, paths: [resolve(root, use)] }] : [];
  }
}

/** Every file with what tells that it was written; by its path. */
export type Snapshot = ReadonlyMap<string, string>;

export function snapshot({ paths }: Watched): Snapshot {
  const found = new Map<string, string>();
  for (const path of paths) look(path, found, true);
  return found;
}

function look(path: string, found: Map<string, string>, named: boolean): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || found.size >= mostFiles) return;
  if (stat.isDirectory()) {
    if (basename(path) === 'node_modules') return;
    for (const name of entriesOf(path)) look(join(path, name), found, false);
  } else if (named || (loads.test(path) && !isTest.test(path))) found.set(path, `${stat.mtimeMs} ${stat.size}`);
}

/** A build may remove the folder while we look. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function changedFiles(before: Snapshot, after: Snapshot): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}
