/** setTimeout overflows at 2^31 ms (24.8 days), and then fires at once. */
const longest = 2 ** 31 - 1;

/** A timeout of any length, which can be a year (a step's `timeout: 365d`). */
export class LongTimeout {
  #handle: NodeJS.Timeout;

  constructor(fire: () => void, ms: number) {
    this.#handle = this.#arm(fire, Math.max(0, ms));
  }

  clear(): void {
    clearTimeout(this.#handle);
  }

  #arm(fire: () => void, ms: number): NodeJS.Timeout {
    if (ms <= longest) return setTimeout(fire, ms);
    return setTimeout(() => (this.#handle = this.#arm(fire, ms - longest)), longest);
  }
}
