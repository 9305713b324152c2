import { setImmediate as turn } from 'node:timers/promises';
import { detached } from '../../telemetry/index.js';

/** Writes a batch, never throws, and returns what to do once the next batch is on its way. */
export type Flush<T> = (batch: readonly T[]) => Promise<() => void>;

/**
 * Group commit: what arrives while a flush is under way goes out in the next one, so the database sees one commit where
 * it would see hundreds. An item is in the queue at most once, however often it is added.
 */
export class GroupCommit<T> {
  readonly #urgent = new Set<T>();
  readonly #lazy = new Set<T>();
  #running = false;
  #lazyTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly flush: Flush<T>,
    private readonly options: { readonly maxBatch: number; readonly lazyMs?: number; readonly halveFrom?: number },
  ) {}

  add(item: T): void {
    this.#lazy.delete(item);
    this.#urgent.add(item);
    if (this.#running) return;
    this.#running = true;
    void detached(() => this.#run());
  }

  /** Goes out with the next flush, or alone after `lazyMs`: nobody waits for it. */
  addLazily(item: T): void {
    if (this.#urgent.has(item)) return;
    this.#lazy.add(item);
    this.#lazyTimer ??= setTimeout(() => {
      this.#lazyTimer = undefined;
      for (const waiting of this.#lazy) this.add(waiting);
    }, this.options.lazyMs ?? 5);
  }

  async #run(): Promise<void> {
    await turn(); // all that this turn of the event loop brings shares the first flush
    while (this.#urgent.size > 0) {
      let complete = await this.flush(this.#take(this.#half()));
      // While the database works on the next batch, the answers of this one are worked on here.
      while (this.#urgent.size > 0) {
        const next = this.flush(this.#take(this.options.maxBatch));
        complete();
        complete = await next;
      }
      complete();
      await turn();
    }
    this.#running = false;
  }

  /**
   * When nothing is on its way, only half of many items goes out, and the other half when that returns. From then on there
   * are two groups, one with the database and one here; otherwise the two would wait for each other in turn.
   */
  #half(): number {
    const waiting = this.#urgent.size;
    return waiting < (this.options.halveFrom ?? Number.POSITIVE_INFINITY) ? waiting : Math.ceil(waiting / 2);
  }

  #take(limit: number): readonly T[] {
    const batch: T[] = [];
    move(this.#urgent, batch, Math.min(limit, this.options.maxBatch));
    move(this.#lazy, batch, this.options.maxBatch);
    return batch;
  }
}

function move<T>(from: Set<T>, to: T[], upTo: number): void {
  for (const item of from) {
    if (to.length >= upTo) return;
    from.delete(item);
    to.push(item);
  }
}
