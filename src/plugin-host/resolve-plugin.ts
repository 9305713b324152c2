import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CcError } from '../errors/index.js';

/** Plugins that come with the hub are found here when the folder of commandcenter.yaml has none of that name. */
const hubFolder = dirname(fileURLToPath(import.meta.url));

/**
 * The module `use:` means, as a file URL. A bare word stands for `@commandcenter/plugin-<word>`, else for the npm
 * package of that name; a text that starts with `.` or `/` is a path; anything else is an npm package.
 *
 * Written out because Node resolves on behalf of *this* file only: `import.meta.resolve` takes no other folder, and
 * `createRequire` refuses packages that offer `import` alone and does not read `exports` of a folder.
 */
export function resolvePlugin(use: string, root: string): string {
  const entry = use.startsWith('.') || isAbsolute(use) ? entryAt(resolve(root, use)) : packageEntry(use, root);
  if (entry !== undefined) return pathToFileURL(entry).href;
  throw new CcError('CC_PLUGIN_NOT_FOUND', `Plugin "${use}" cannot be found from ${root}; ${advice(use)}`);
}

function packageEntry(use: string, root: string): string | undefined {
  const names = /^[a-z0-9-]+$/.test(use) ? [`@commandcenter/plugin-${use}`, use] : [use];
  for (const name of names) {
    for (const start of [root, hubFolder]) {
      const folder = packageFolder(name, start);
      if (folder !== undefined) return entryAt(folder);
    }
  }
  return undefined;
}

function packageFolder(name: string, start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** A file is its own entry; a folder's is what its package.json says, else index.js. */
function entryAt(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isFile()) return path;
  const file = join(path, 'package.json');
  const manifest = existsSync(file) ? parse(file) : {};
  const entry = conditional(rootExport(manifest.exports)) ?? manifest.main ?? 'index.js';
  const target = join(path, entry);
  return existsSync(target) ? target : undefined;
}

interface PackageJson {
  readonly exports?: unknown;
  readonly main?: string;
}

function parse(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
  } catch (cause) {
    throw new CcError('CC_PLUGIN_NOT_FOUND', `${file} is not JSON; install the plugin again`, { cause });
  }
}

/** `exports` is either the root export itself or a map of subpaths, whose root is `.`. */
function rootExport(exports: unknown): unknown {
  return isMap(exports) && '.' in exports ? exports['.'] : exports;
}

/** The first condition, in the package's order, that holds for `import` in Node. */
function conditional(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (!isMap(target)) return undefined;
  for (const [condition, inner] of Object.entries(target)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue;
    const found = conditional(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const advice = (use: string) =>
  use.startsWith('.') || isAbsolute(use)
    ? 'paths start at the folder of commandcenter.yaml, and the plugin must be built'
    : 'install it with npm in that folder, and build it if it is yours';
