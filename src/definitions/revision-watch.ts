import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { messageOf } from '../errors/index.js';
import { detached } from '../telemetry/index.js';
import { Definitions } from './definitions.js';

/**
 * How soon a replica sees what others changed. One row is asked for: cheaper than a connection that listens, and nothing
 * that was missed while PostgreSQL was away has to be made up for.
 */
const LOOK_MS = 1_000;

@Injectable()
export class RevisionWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Definitions');
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #failing = false;

  constructor(private readonly definitions: Definitions) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= detached(() => this.#look()).finally(() => (this.#looking = undefined));
    }, LOOK_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      await this.definitions.catchUp();
      this.#failing = false;
    } catch (thrown) {
      if (!this.#failing) this.#log.warn(`changes of workflows are not seen until this is over: ${messageOf(thrown)}`);
      this.#failing = true;
    }
  }
}
