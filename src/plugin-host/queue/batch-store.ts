import type { StoreWriter } from '@commandcenter/sdk';
import type { Tx } from '../../database/index.js';
import { Records } from '../ports/records.js';

/** The plugin's records inside the transaction of a batch; of no use when that is over. */
export class BatchStore implements StoreWriter {
  readonly #records: Records;
  #over = false;

  constructor(plugin: string, tx: Tx) {
    this.#records = new Records(plugin, tx);
  }

  get(key: string): Promise<unknown> {
    return observed(async () => this.#open().get(key));
  }
  set(key: string, value: unknown): Promise<void> {
    return observed(async () => this.#open().set(key, value));
  }
  delete(key: string): Promise<void> {
    return observed(async () => this.#open().delete(key));
  }

  close(): void {
    this.#over = true;
  }

  /** A handler that goes on after its time must not write into the transaction of whoever has the connection next. */
  #open(): Records {
    if (this.#over) throw new Error('this batch is over: its store takes nothing any more');
    return this.#records;
  }
}

/** A handler that does not wait for a write, or went on after its time, must not end the process by what it did not catch. */
function observed<T>(work: () => Promise<T>): Promise<T> {
  const working = work();
  working.catch(() => undefined);
  return working;
}
