import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CcError, messageOf } from '../../errors/index.js';

/** Writes files into a folder that may exist; not one of them if any is there already. */
export async function writeNewFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  const there = Object.keys(files).filter((path) => existsSync(join(folder, path)));
  if (there.length > 0) {
    throw notWritten(`${folder} has ${there.join(', ')} already, and nothing is overwritten; choose another --dir`);
  }
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { flag: 'wx' });
    } catch (cause) {
      throw notWritten(`${file} cannot be written: ${messageOf(cause)}`, cause);
    }
  }
}

function notWritten(message: string, cause?: unknown): CcError {
  return new CcError('CC_FILE_NOT_WRITTEN', message, { cause });
}
