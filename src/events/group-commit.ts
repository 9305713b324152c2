import { setImmediate as turn } from 'node:timers/promises';

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

const MOST = 500;

/** What arrives while one flush is out goes into the next together: one commit for many callers, no waiting when idle. */
export class GroupCommit<T, R> {
  #waiting: Waiting<T, R>[] = [];
  #flushing = false;

  /** `flush` gives one result per item, in their order; when it throws, every caller of that flush gets the reason. */
  constructor(private readonly flush: (items: readonly T[]) => Promise<readonly R[]>) {}

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#flushing) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#flushing = true;
    await turn(); // what arrives in this turn of the event loop shares the first flush
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MOST);
      try {
        const results = await this.flush(group.map(({ item }) => item));
        group.forEach(({ resolve }, n) => resolve(results[n]!));
      } catch (thrown) {
        group.forEach(({ reject }) => reject(thrown));
      }
    }
    this.#flushing = false;
  }
}
