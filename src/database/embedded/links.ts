import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * npm packages hold no symbolic links, so the package lists those of its libraries and makes them in an install script.
 * npm 12 runs none, so we make them. False when the folder is not ours to write.
 */
export function restoreLinks(folder: string): boolean {
  try {
    for (const { target, link } of listedLinks(folder)) {
      if (!isLink(link)) symlinkSync(relative(dirname(link), target), link);
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function listedLinks(folder: string): { target: string; link: string }[] {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const entries = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  // The list counts from the package's folder and calls the link `target`.
  return entries.map(({ source, target }) => ({
    target: join(dirname(folder), source),
    link: join(dirname(folder), target),
  }));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
