import { PluginStore } from '@commandcenter/sdk';
import type { Database } from '../../database/index.js';
import { onDatabase } from './port-errors.js';
import { Records } from './records.js';

/** Each call its own transaction; a queue's handler has `batch.store` to write together with its outcome. */
export class HubPluginStore extends PluginStore {
  readonly #records: Records;
  readonly #what: string;

  constructor(plugin: string, { pool }: Database) {
    super();
    this.#records = new Records(plugin, pool);
    this.#what = `The records of plugin ${plugin} were not reached`;
  }

  get(key: string) {
    return onDatabase(this.#what, () => this.#records.get(key));
  }
  set(key: string, value: unknown) {
    return onDatabase(this.#what, () => this.#records.set(key, value));
  }
  delete(key: string) {
    return onDatabase(this.#what, () => this.#records.delete(key));
  }
  list(prefix: string) {
    return onDatabase(this.#what, () => this.#records.list(prefix));
  }
}
