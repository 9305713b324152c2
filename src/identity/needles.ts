import { NormalForm } from './normal-form.js';
import { Sieve } from './sieve.js';

/** Of as many units a needle is looked up by its start; one that has fewer is no needle. */
const leastUnits = 4;
/** Odd; how often it must be multiplied by itself until it is 1 again is as large as 32 bits allow. */
const base = 0x01_00_01_93;
/** What a long text needed is given back: redacting goes on as long as the hub lives. */
const keptRoom = 65_536;

interface Needle {
  readonly length: number;
  /** Of all its units. The text itself is not kept. */
  readonly hash: number;
  /** `base` to the power of its length. */
  readonly power: number;
}

/**
 * Finds many texts at once in another, in normal form (Rabin and Karp): sums over the text give the hash of any part of it
 * in one step, so that neither long needles, nor a text that almost is one everywhere, cost more. Two parts of one hash are
 * taken for the same: once in four billion times too much goes black, never too little.
 */
export class Needles {
  readonly #byStart = new Map<number, Needle[]>();
  readonly #known = new Set<string>();
  readonly #sieve = new Sieve();
  #form = new NormalForm(1_024);
  #sums = new Int32Array(1_025);

  /** false: it is too short. */
  add(text: string): boolean {
    const length = this.#read(text);
    if (length < leastUnits) return false;
    const hash = this.#sums[length]!;
    const known = `${length} ${hash}`;
    if (this.#known.has(known)) return true;
    this.#known.add(known);
    this.#sieve.add(this.#form);
    const start = this.#sums[leastUnits]!;
    const needle = { length, hash, power: power(length) };
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), needle]);
    return true;
  }

  replaceIn(text: string, by: string): string {
    if (!this.#sieve.mayHold(text)) return text;
    const length = this.#read(text);
    const sums = this.#sums;
    let result = '';
    let copied = 0;
    let black: { readonly from: number; to: number } | undefined;
    for (let at = 0; at <= length - leastUnits; at += 1) {
      const needles = this.#byStart.get((sums[at + leastUnits]! - Math.imul(sums[at]!, startPower)) | 0);
      if (needles === undefined) continue;
      const units = this.#longest(needles, at, length);
      if (units === 0) continue;
      const from = startIn(text, this.#form.from[at]!);
      const to = endIn(text, this.#form.from[at + units - 1]!);
      // Needles that overlap go as one.
      if (black !== undefined && from < black.to) black.to = Math.max(black.to, to);
      else {
        if (black !== undefined) [result, copied] = [`${result}${text.slice(copied, black.from)}${by}`, black.to];
        black = { from, to };
      }
    }
    return black === undefined ? text : `${result}${text.slice(copied, black.from)}${by}${text.slice(black.to)}`;
  }

  #longest(needles: readonly Needle[], at: number, length: number): number {
    let longest = 0;
    for (const needle of needles) {
      const end = at + needle.length;
      if (needle.length <= longest || end > length) continue;
      if (((this.#sums[end]! - Math.imul(this.#sums[at]!, needle.power)) | 0) === needle.hash) longest = needle.length;
    }
    return longest;
  }

  #read(text: string): number {
    if (this.#form.units.length > keptRoom && text.length <= keptRoom) {
      this.#form = new NormalForm(keptRoom);
      this.#sums = new Int32Array(keptRoom + 1);
    }
    this.#form.read(text);
    const { units, length } = this.#form;
    if (this.#sums.length <= units.length) this.#sums = new Int32Array(units.length + 1);
    const sums = this.#sums;
    let sum = 0;
    for (let at = 0; at < length; at += 1) {
      sum = (Math.imul(sum, base) + units[at]! + 1) | 0;
      sums[at + 1] = sum;
    }
    return length;
  }
}

const startPower = power(leastUnits);

function power(exponent: number): number {
  let result = 1;
  for (let square = base, left = exponent; left > 0; left >>>= 1, square = Math.imul(square, square)) {
    if ((left & 1) === 1) result = Math.imul(result, square);
  }
  return result;
}

/** Backslashes before a quote have no unit of their own. */
function startIn(text: string, at: number): number {
  let start = at;
  if (text[at] === '"') while (text[start - 1] === '\\') start -= 1;
  return start;
}

/** A run of backslashes is one unit. */
function endIn(text: string, at: number): number {
  let end = at + 1;
  if (text[at] === '\\') while (text[end] === '\\') end += 1;
  return end;
}
