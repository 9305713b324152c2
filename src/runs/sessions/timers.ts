import type { Timer } from '../../workflow/index.js';

/** setTimeout overflows at 2^31 ms (24.8 days); a run does not stay in memory that long anyway. */
const longest = 2 ** 31 - 1;

/** The durable timers of a run while it is in memory. The log is the truth; these only wake it. */
export class Timers {
  readonly #set = new Map<string, { readonly dueAt: number; readonly handle: NodeJS.Timeout }>();

  constructor(private readonly fire: (timer: Timer) => void) {}

  start(id: string, timer: Timer, dueAt: number): void {
    if (this.#set.has(id)) return;
    const handle = setTimeout(
      () => {
        this.#set.delete(id);
        this.fire(timer);
      },
      Math.min(Math.max(0, dueAt - Date.now()), longest),
    );
    this.#set.set(id, { dueAt, handle });
  }

  /** Milliseconds since 1970; undefined when no timer is set. */
  get earliest(): number | undefined {
    let earliest: number | undefined;
    for (const { dueAt } of this.#set.values()) if (earliest === undefined || dueAt < earliest) earliest = dueAt;
    return earliest;
  }

  clear(): void {
    for (const { handle } of this.#set.values()) clearTimeout(handle);
    this.#set.clear();
  }
}
