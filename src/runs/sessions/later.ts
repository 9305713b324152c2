/** Told at once at least, when there are this many; more where more wait, so that the queue cannot grow without end. */
const slice = 16;
/** So many that are done are thrown away together. */
const told = 1024;

/**
 * What nobody waits for, done between the turns in which work goes on: telling the telemetry must not delay the next step of
 * a run, nor the next flush.
 */
export class Later {
  #waiting: (() => void)[] = [];
  #next = 0;
  #scheduled = false;

  constructor(private readonly failed: (thrown: unknown) => void) {}

  add(work: readonly (() => void)[]): void {
    for (const one of work) this.#waiting.push(one);
    this.#schedule();
  }

  /** All of it, now. */
  finish(): void {
    while (this.#next < this.#waiting.length) this.#do();
    this.#waiting = [];
    this.#next = 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#next === this.#waiting.length) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const until = this.#next + Math.max(slice, (this.#waiting.length - this.#next) >> 2);
    while (this.#next < Math.min(until, this.#waiting.length)) this.#do();
    if (this.#next >= told) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    this.#schedule();
  }

  #do(): void {
    try {
      this.#waiting[this.#next++]!();
    } catch (thrown) {
      this.failed(thrown);
    }
  }
}
