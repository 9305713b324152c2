import { backslash, type NormalForm, lettersOf, needsLetters } from './normal-form.js';

/** Units that a number of 32 bits remembers, a byte each. */
const window = 4;

/**
 * Whether a text may hold one of many others: one pass without memory, for the log lines and outputs that hold none.
 * Backslashes are passed over, so that the texts need not be brought into normal form for it.
 */
export class Sieve {
  readonly #starts = new Set<number>();
  /** The same by 16 bits: most places of most texts need no more. */
  readonly #places = new Uint8Array(65_536);
  /** What is all backslashes has no start. */
  #holdsAll = false;

  add({ units, length }: NormalForm): void {
    let start = 0;
    let seen = 0;
    for (let at = 0; at < length && seen < window; at += 1) {
      if (units[at] === backslash) continue;
      start = next(start, units[at]!);
      seen += 1;
    }
    if (seen < window) this.#holdsAll = true;
    this.#starts.add(start);
    this.#places[placeOf(start)] = 1;
  }

  mayHold(text: string): boolean {
    if (this.#holdsAll) return true;
    if (this.#starts.size === 0) return false;
    const places = this.#places;
    let seen = 0;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit === backslash) continue;
      if (needsLetters(unit)) {
        const letters = lettersOf(unit);
        for (let letter = 0; letter < letters.length; letter += 1) {
          seen = next(seen, letters.charCodeAt(letter));
          if (this.#isStart(seen)) return true;
        }
        continue;
      }
      seen = next(seen, unit);
      if (places[placeOf(seen)] === 1 && this.#starts.has(seen)) return true;
    }
    return false;
  }

  #isStart(seen: number): boolean {
    return this.#places[placeOf(seen)] === 1 && this.#starts.has(seen);
  }
}

const next = (seen: number, unit: number) => (seen << 8) ^ (unit & 0xff);

const placeOf = (seen: number) => Math.imul(seen, 0x9e_37_79_b1) >>> 16;
