import { unlink } from 'node:fs/promises';
import { Action, type ActionContext, Agent, PluginOptions, TerminalError } from '@commandcenter/sdk';
import { attempt } from './attempt.js';
import {
  DeleteInput,
  DeleteOutput,
  ListInput,
  ListOutput,
  ReadInput,
  ReadOutput,
  WriteInput,
  WriteOutput,
} from './file-schema.js';
import { listFolder } from './list-folder.js';
import type { FilesOptions } from './options.js';
import { readFile } from './read-file.js';
import { Roots } from './roots.js';
import { present, writeFile } from './write-file.js';

@Agent({ id: 'files', title: 'Files', description: 'Reads and writes files below folders that are allowed.' })
export class FilesAgent {
  readonly #maxBytes: number;

  constructor(
    options: PluginOptions<FilesOptions>,
    private readonly roots: Roots,
  ) {
    this.#maxBytes = options.value.maxBytes;
  }

  @Action({ id: 'read', title: 'Read a file', input: ReadInput, output: ReadOutput })
  async read(input: ReadInput, { signal }: ActionContext): Promise<ReadOutput> {
    const { bytes, modifiedAt } = await attempt(`Reading ${shown(input)}`, signal, () =>
      this.roots.within(input, (folder, name, root) => readFile(folder, name, root, this.#maxBytes)),
    );
    return {
      content: input.encoding === 'base64' ? bytes.toString('base64') : textOf(bytes, shown(input)),
      bytes: bytes.byteLength,
      modifiedAt: modifiedAt.toISOString(),
    };
  }

  @Action({ id: 'write', title: 'Write a file', input: WriteInput, output: WriteOutput })
  async write(input: WriteInput, { signal }: ActionContext): Promise<WriteOutput> {
    const { encoding, createFolders } = input;
    const content = Buffer.from(input.content, encoding);
    const bytes = content.byteLength;
    if (bytes > this.#maxBytes) {
      throw new TerminalError(`${shown(input)} would have ${bytes} bytes, more than maxBytes of the files plugin (${this.#maxBytes})`); // prettier-ignore
    }
    const replace = input.ifExists === 'replace';
    const written = await attempt(`Writing ${shown(input)}`, signal, () =>
      this.roots.within({ ...input, createFolders, change: true }, async (folder, name, root) => {
        // An attempt that wrote the file, and whose result was lost, must not fail because of it.
        if (!replace && (await present(folder, name)) !== undefined) {
          const { bytes: there } = await readFile(folder, name, root, this.#maxBytes);
          if (there.equals(content)) return false;
        }
        await writeFile(folder, name, content, { replace, signal });
        return true;
      }),
    );
    return { bytes, written };
  }

  @Action({ id: 'list', title: 'List a folder', input: ListInput, output: ListOutput })
  async list(input: ListInput, { signal }: ActionContext): Promise<ListOutput> {
    return attempt(`Listing ${shown(input)}`, signal, () =>
      this.roots.folder(input, (folder) => listFolder(folder, input.limit, signal)),
    );
  }

  @Action({ id: 'delete', title: 'Delete a file', input: DeleteInput, output: DeleteOutput })
  async delete(input: DeleteInput, { signal }: ActionContext): Promise<DeleteOutput> {
    const deleted = await attempt(`Deleting ${shown(input)}`, signal, () =>
      this.roots.within({ ...input, change: true }, async (folder, name) => {
        const there = await present(folder, name);
        if (there === undefined) return false;
        if (there.isDirectory()) throw new TerminalError(`${shown(input)} is a folder; only files are deleted`);
        // A link goes, not what it leads to.
        await unlink(folder.at(name));
        return true;
      }),
    );
    if (!deleted && input.ifMissing === 'fail') throw new TerminalError(`There is no ${shown(input)}`);
    return { deleted };
  }
}

function textOf(bytes: Buffer, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TerminalError(`${what} is not UTF-8; read it with encoding: base64`);
  }
}

const shown = ({ root, path }: { readonly root: string; readonly path: string }) =>
  path === '' ? root : `${root}/${path}`;
