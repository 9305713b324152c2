import { constants, existsSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/**
 * Where Linux shows the open files of this process. A path below `<n>` starts at the folder that is open as `<n>`,
 * wherever its name leads by now; elsewhere paths start at the name, and who may rename folders in a root can race a step.
 */
const openFiles = existsSync('/proc/self/fd') ? '/proc/self/fd' : undefined;

/** A folder that is held open, so that what was checked is what is used. */
export class Folder {
  private constructor(
    readonly handle: FileHandle,
    readonly path: string,
  ) {}

  /** Goes down from a root, name by name. Follows no link but the root itself: that is what the configuration says it is. */
  static async open(root: string, names: readonly string[], make: boolean): Promise<Folder> {
    let here = Folder.#opened(root, await open(root, O_RDONLY | O_DIRECTORY));
    for (const name of names) {
      const above = here;
      here = await above.#next(name, make).finally(() => above.close());
    }
    return here;
  }

  /** Of a single name. */
  at(name: string): string {
    return join(this.path, name);
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  async #next(name: string, make: boolean): Promise<Folder> {
    const path = this.at(name);
    if (make) await mkdir(path).catch(unlessThere);
    return Folder.#opened(path, await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  static #opened(path: string, handle: FileHandle): Folder {
    return new Folder(handle, openFiles === undefined ? path : join(openFiles, String(handle.fd)));
  }
}

function unlessThere(thrown: NodeJS.ErrnoException): void {
  if (thrown.code !== 'EEXIST') throw thrown;
}
