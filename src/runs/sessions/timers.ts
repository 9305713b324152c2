import type { Timer } from '../../workflow/index.js';
import { LongTimeout } from './long-timeout.js';

/** The durable timers of a run while it is in memory. The log is the truth; these only wake it. */
export class Timers {
  readonly #set = new Map<string, { readonly dueAt: number; readonly handle: LongTimeout }>();

  constructor(private readonly fire: (timer: Timer) => void) {}

  start(id: string, timer: Timer, dueAt: number): void {
    if (!this.#set.has(id)) this.#arm(id, timer, dueAt);
  }

  #arm(id: string, timer: Timer, dueAt: number): void {
    const handle = new LongTimeout(() => {
      // The loop's clock and the calendar's differ by a fraction: what is due is never done before its time.
      if (Date.now() < dueAt) return this.#arm(id, timer, dueAt);
      this.#set.delete(id);
      this.fire(timer);
    }, dueAt - Date.now());
    this.#set.set(id, { dueAt, handle });
  }

  /** Milliseconds since 1970; undefined when no timer is set. */
  get earliest(): number | undefined {
    let earliest: number | undefined;
    for (const { dueAt } of this.#set.values()) if (earliest === undefined || dueAt < earliest) earliest = dueAt;
    return earliest;
  }

  clear(): void {
    for (const { handle } of this.#set.values()) handle.clear();
    this.#set.clear();
  }
}
