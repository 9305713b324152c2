import { PluginQueue } from '../ports.js';
import type { LaneState, NewQueueItem, QueueHandler, QueueOptions, QueueOutcome, StoreWriter } from '../queue.js';

interface Waiting {
  readonly lane: string;
  readonly id: string;
  /** JSON. */
  readonly data: string;
  readonly addedAt: Date;
}

/** What became of a batch. */
export type Delivery = { readonly lane: string } & (
  { readonly outcome: QueueOutcome | undefined } | { readonly thrown: unknown }
);

export interface TransactionalStore extends StoreWriter {
  within<T>(work: () => Promise<T>): Promise<T>;
}

/** A queue in memory that delivers when a test says so. Times are not kept: a lane that should rest does not. */
export class FakeQueue extends PluginQueue {
  readonly #store: TransactionalStore;
  readonly #known = new Set<string>();
  readonly #failures = new Map<string, number>();
  #waiting: Waiting[] = [];
  #handled: { readonly handler: QueueHandler; readonly options: QueueOptions } | undefined;

  constructor(store: TransactionalStore) {
    super();
    this.#store = store;
  }

  async add(items: readonly NewQueueItem[]) {
    const added = items.filter(({ id }) => !this.#known.has(id) && this.#known.add(id));
    this.#waiting.push(
      ...added.map(({ lane, id, data }) => ({ lane, id, data: JSON.stringify(data), addedAt: new Date() })),
    );
    return { added: added.length, duplicate: items.length - added.length };
  }

  handle<Data>(handler: QueueHandler<Data>, options: QueueOptions = {}): void {
    if (this.#handled) throw new Error('the queue has a handler already');
    this.#handled = { handler: handler as QueueHandler, options };
  }

  async lanes(): Promise<LaneState[]> {
    return [...new Set(this.#waiting.map(({ lane }) => lane))].sort().map((lane) => {
      const items = this.#of(lane);
      return { lane, waiting: items.length, oldestAt: items[0]!.addedAt, failures: this.#failures.get(lane) ?? 0 };
    });
  }

  /** One batch of every lane with something waiting, one after the other, and what became of each. */
  async deliver(signal: AbortSignal = new AbortController().signal): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const { lane } of await this.lanes()) deliveries.push(await this.#deliver(lane, signal));
    return deliveries;
  }

  async #deliver(lane: string, signal: AbortSignal): Promise<Delivery> {
    if (this.#handled === undefined) throw new Error('nobody handles the queue: call handle() in onModuleInit');
    const { handler, options } = this.#handled;
    const all = this.#of(lane);
    const given = all.slice(0, options.batch ?? 100);
    const items = given.map(({ id, data, addedAt }) => ({ id, addedAt, data: JSON.parse(data) as unknown }));
    const failures = this.#failures.get(lane) ?? 0;
    const batch = { lane, items, more: all.length - items.length, failures, signal, store: this.#store };
    try {
      const outcome = (await this.#store.within(async () => handler(batch))) ?? undefined;
      const done = new Set(outcome?.done ?? items.map(({ id }) => id));
      this.#waiting = this.#waiting.filter((item) => !given.includes(item) || !done.has(item.id));
      this.#failures.delete(lane);
      return { lane, outcome };
    } catch (thrown) {
      this.#failures.set(lane, failures + 1);
      return { lane, thrown };
    }
  }

  #of(lane: string): Waiting[] {
    return this.#waiting.filter((item) => item.lane === lane);
  }
}
