import { extname } from 'node:path';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type FSWatcher, watch } from 'chokidar';
import { CONFIG, type Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { detached } from '../telemetry/index.js';
import { Definitions } from './definitions.js';
import { EXTENSIONS, isLookedAt } from './read-folders.js';

/** After the last change: an editor that saves, or a deployment that copies, is done. */
const QUIET_MS = 200;
/** Where changes never end, look all the same. */
const LONGEST_WAIT_MS = 2_000;
/**
 * The file system's word is a hint and no more: it does not come over network mounts and from some containers, and not
 * when a link somewhere above is turned to another folder, as Kubernetes does with a ConfigMap.
 */
const SCAN_MS = 5_000;

/** Loads the workflow folders again when something in them changed. */
@Injectable()
export class FolderWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Definitions');
  readonly #folders: readonly string[];
  #watcher: FSWatcher | undefined;
  #scan: NodeJS.Timeout | undefined;
  #quiet: NodeJS.Timeout | undefined;
  #hintedAt: number | undefined;
  #looking: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(
    @Inject(CONFIG) { workflows }: Config,
    private readonly definitions: Definitions,
  ) {
    this.#folders = workflows;
  }

  onApplicationBootstrap(): void {
    if (this.#folders.length === 0) return;
    this.#scan = setInterval(() => this.#look(), SCAN_MS);
    this.#watcher = watch([...this.#folders], {
      ignoreInitial: true,
      ignored: (path, stats) =>
        !this.#folders.some((folder) => isLookedAt(folder, path)) ||
        (stats?.isFile() === true && !EXTENSIONS.has(extname(path))),
    });
    this.#watcher.on('all', () => this.#hint());
    this.#watcher.on('ready', () => this.#hint()); // for what changed since the folders were loaded
    this.#watcher.on('error', (error) => this.#log.debug(`watching folders: ${messageOf(error)}`));
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#scan);
    clearTimeout(this.#quiet);
    await this.#watcher?.close();
    clearTimeout(this.#quiet);
    await this.#looking;
  }

  #hint(): void {
    this.#hintedAt ??= performance.now();
    const waited = performance.now() - this.#hintedAt;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(
      () => {
        this.#hintedAt = undefined;
        this.#look();
      },
      Math.min(QUIET_MS, Math.max(0, LONGEST_WAIT_MS - waited)),
    );
  }

  #look(): void {
    this.#looking = this.#looking.then(() => detached(() => this.#loadChanged()));
  }

  async #loadChanged(): Promise<void> {
    try {
      await this.definitions.loadChanged();
      this.#failing = false;
    } catch (thrown) {
      if (!this.#failing) this.#log.error(`workflow folders cannot be loaded: ${messageOf(thrown)}; trying again`);
      this.#failing = true;
    }
  }
}
