import { setImmediate as turn } from 'node:timers/promises';
import { detached } from '../telemetry/index.js';

interface Call<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

const most = 500;

/** Calls that arrive while one statement is out go into the next together: one commit for many callers, no waiting when idle. */
export class Batches<T, R> {
  readonly #waiting: Call<T, R>[] = [];
  #running = false;

  /**
   * `work` gives one result for each item, in their order. A result that is an Error is thrown to its caller alone; when
   * `work` throws, every caller of that batch gets it.
   */
  constructor(private readonly work: (items: readonly T[]) => Promise<readonly (R | Error)[]>) {}

  /** Calls that wait for their statement to be sent. */
  get size(): number {
    return this.#waiting.length;
  }

  call(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#running) void detached(() => this.#run());
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    await turn(); // what arrives in this turn of the event loop shares the first statement
    while (this.#waiting.length > 0) {
      const calls = this.#waiting.splice(0, most);
      try {
        const results = await this.work(calls.map(({ item }) => item));
        calls.forEach(({ resolve, reject }, n) => {
          const result = results[n];
          if (result instanceof Error) reject(result);
          else resolve(result as R);
        });
      } catch (thrown) {
        calls.forEach(({ reject }) => reject(thrown));
      }
    }
    this.#running = false;
  }
}
