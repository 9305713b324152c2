import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export const sdkName = '@commandcenter/sdk';

const here = dirname(fileURLToPath(import.meta.url));

/** Of this hub; it stands at the same distance from src/cli/scaffold and dist/cli/scaffold. */
export function hubPackage(): PackageJson {
  return readPackage(join(here, '../../../package.json'));
}

export function readPackage(file: string): PackageJson {
  return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
}

/** The copy of the SDK that this hub itself would load, as Node looks for it. */
export function sdkOfHub(): string | undefined {
  return upwards(here, (folder) => {
    const candidate = join(folder, 'node_modules', sdkName);
    return existsSync(join(candidate, 'package.json')) ? candidate : undefined;
  });
}

/** The names of the plugins that come with the hub. */
export function ownPlugins(): string[] {
  const prefix = '@commandcenter/plugin-';
  return Object.keys(hubPackage().dependencies ?? {})
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
}

/** The repository of the hub whose `plugins/` a new folder would stand in, if it is one. */
export function repositoryAround(folder: string): string | undefined {
  const root = dirname(dirname(folder));
  const file = join(root, 'package.json');
  if (dirname(folder) !== join(root, 'plugins') || !existsSync(file)) return undefined;
  const { name, workspaces = [] } = readPackage(file);
  return name === 'commandcenter' && workspaces.includes('plugins/*') ? root : undefined;
}

function upwards<T>(start: string, look: (folder: string) => T | undefined): T | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = look(folder);
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return undefined;
  }
}
