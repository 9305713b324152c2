import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export const rulesFileName = 'commandcenter-slo.yml';

/** Makes the file say this; undefined = there is to be no file. Says whether anything was changed. */
export async function keepFile(folder: string, text: string | undefined): Promise<boolean> {
  const path = join(folder, rulesFileName);
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before === text) return false;
  if (text === undefined) {
    await rm(path, { force: true });
    return true;
  }
  await mkdir(folder, { recursive: true });
  // Beside the file, since a rename works within one file system only; no .yml, so that Prometheus does not read half a file.
  // In containers every hub is process 1.
  const temporary = `${path}.${hostname()}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      // Whatever our umask: Prometheus runs as somebody else.
      await file.chmod(0o644);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  return true;
}
