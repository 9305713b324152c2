import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PluginLogger, PluginOptions, TerminalError } from '@commandcenter/sdk';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Folder } from './folder.js';
import type { FilesOptions, Root } from './options.js';

export interface Target {
  readonly root: string;
  readonly path: string;
  /** Whether something is to be written or deleted. */
  readonly change?: boolean;
  readonly createFolders?: boolean;
}

/** The folders of the options, and the only way into them. */
@Injectable()
export class Roots implements OnModuleInit {
  readonly #roots: ReadonlyMap<string, Root>;

  constructor(
    options: PluginOptions<FilesOptions>,
    private readonly logger: PluginLogger,
  ) {
    const entries = Object.entries(options.value.roots).map(([name, given]) => {
      const root =
        typeof given === 'string' ? { path: given, readOnly: false, create: false, hardLinks: false } : given;
      return [name, { ...root, path: resolve(root.path) }] as const;
    });
    this.#roots = new Map(entries);
  }

  async onModuleInit(): Promise<void> {
    for (const [name, { create, path }] of this.#roots) {
      if (!create) continue;
      // Its steps will say so; others must not suffer.
      await mkdir(path, { recursive: true }).catch(({ code }: NodeJS.ErrnoException) =>
        this.logger.warn(`The root ${name} cannot be made at ${path}: ${code}`),
      );
    }
  }

  /** Opens the folder that holds the file at `path`, lets `work` use it, and closes it. */
  async within<T>(to: Target, work: (folder: Folder, name: string, root: Root) => Promise<T>): Promise<T> {
    const names = to.path.split('/');
    return this.#open(to, names.slice(0, -1), (folder, root) => work(folder, names.at(-1)!, root));
  }

  /** Opens the folder at `path` itself. */
  async folder<T>(to: Target, work: (folder: Folder) => Promise<T>): Promise<T> {
    return this.#open(to, to.path === '' ? [] : to.path.split('/'), work);
  }

  async #open<T>(to: Target, names: readonly string[], work: (folder: Folder, root: Root) => Promise<T>): Promise<T> {
    const root = this.#roots.get(to.root);
    if (root === undefined) {
      throw new TerminalError(`There is no root ${to.root}; list it under roots in the options of the files plugin`);
    }
    if (to.change === true && root.readOnly) throw new TerminalError(`The root ${to.root} is for reading only`);
    const folder = await Folder.open(root.path, names, to.createFolders === true);
    try {
      return await work(folder, root);
    } finally {
      await folder.close();
    }
  }
}
