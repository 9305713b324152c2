import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

const extensions = ['.yaml', '.yml', '.json'];

/** A folder means the workflow files in it. */
export function filesOf(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path)
    .filter((name) => extensions.includes(extname(name)))
    .sort()
    .map((name) => join(path, name));
}

/** Ids have no dots and slashes. */
export function isFileName(name: string): boolean {
  return extensions.includes(extname(name)) || /[\\/]/.test(name);
}

export function typeOf(file: string): string {
  return extname(file) === '.json' ? 'application/json' : 'application/yaml';
}
