import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { messageOf, type Problem } from '../errors/index.js';
import { validateWorkflow, type Plan, type ValidateOptions } from '../workflow/index.js';
import type { LoadProblems } from './load-problems.js';

/** A file and what is wrong with it. */
type FileProblems = LoadProblems & { readonly file: string };

interface GoodFile {
  readonly file: string;
  readonly plan: Plan;
}

export interface FoldersRead {
  readonly good: readonly GoodFile[];
  readonly bad: readonly FileProblems[];
  /** Names of folders that could not be read: nobody knows which files exist there. */
  readonly unknown: readonly string[];
}

export const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/** Larger files are not even read; the exact limit is the grammar's. */
const MAX_BYTES = 1_048_576;

/** Every workflow file below the folders, checked. Never throws: what cannot be read is a problem like any other. */
export async function readFolders(
  folders: readonly string[],
  root: string,
  options: ValidateOptions,
): Promise<FoldersRead> {
  const good: GoodFile[] = [];
  const bad: FileProblems[] = [];
  const unknown: string[] = [];
  for (const folder of folders) {
    const found = await filesIn(folder);
    if (typeof found === 'string') {
      unknown.push(nameOf(folder, root));
      bad.push({
        file: nameOf(folder, root),
        problems: [{ path: '', message: `the folder cannot be read: ${found}` }],
      });
      continue;
    }
    for (const path of found) {
      const file = nameOf(path, root);
      const { plan, problems } = await readOne(path, { ...options, file });
      if (plan === undefined) bad.push({ file, problems });
      else good.push({ file, plan });
    }
  }
  return { ...withoutClashes(good, bad), unknown };
}

/** What a change of any file changes too, without reading one: names, times and sizes. */
export async function fingerprint(folders: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (const folder of folders) {
    const found = await filesIn(folder);
    if (typeof found === 'string') lines.push(`${folder} ${found}`);
    else for (const path of found) lines.push(await traceOf(path));
  }
  return lines.join('\n');
}

async function traceOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${path} ${mtimeMs} ${size} ${ino}`;
  } catch (error) {
    return `${path} ${messageOf(error)}`;
  }
}

/** Whether a path below a workflow folder can be, or hold, a workflow file. */
export function isLookedAt(folder: string, path: string): boolean {
  return !relative(folder, path)
    .split(sep)
    .some((part) => part.startsWith('.') || part === 'node_modules');
}

async function filesIn(folder: string): Promise<string[] | string> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && EXTENSIONS.has(extname(entry.name)))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => isLookedAt(folder, path))
      .toSorted();
  } catch (error) {
    return messageOf(error);
  }
}

async function readOne(path: string, options: ValidateOptions): Promise<{ plan?: Plan; problems: readonly Problem[] }> {
  try {
    const found = await stat(path);
    // A pipe or a device behind the name would never end.
    if (!found.isFile()) return { problems: [{ path: '', message: 'this is not a file' }] };
    const { size } = found;
    if (size > MAX_BYTES)
      return { problems: [{ path: '', message: `the file has ${size} bytes; a workflow file is never that large` }] };
    return validateWorkflow(await readFile(path, 'utf8'), options);
  } catch (error) {
    return { problems: [{ path: '', message: `the file cannot be read: ${messageOf(error)}` }] };
  }
}

/** Two files with one id: neither can win, so neither is loaded. */
function withoutClashes(good: readonly GoodFile[], bad: readonly FileProblems[]): Pick<FoldersRead, 'good' | 'bad'> {
  const byId = new Map<string, GoodFile[]>();
  for (const one of good) byId.set(one.plan.id, [...(byId.get(one.plan.id) ?? []), one]);
  const clashes = [...byId.values()].filter((files) => files.length > 1);
  const problems = clashes.flatMap((files) =>
    files.map(({ file, plan }): FileProblems => {
      const others = files.filter((other) => other.file !== file).map((other) => other.file);
      return {
        file,
        problems: [
          {
            path: 'id',
            message: `the id "${plan.id}" is also that of ${others.join(', ')}; change one`,
            code: 'CC_WORKFLOW_OWNED',
          },
        ],
      };
    }),
  );
  return { good: [...byId.values()].filter((files) => files.length === 1).flat(), bad: [...bad, ...problems] };
}

function nameOf(path: string, root: string): string {
  return relative(root, path).split(sep).join('/');
}
