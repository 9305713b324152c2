import { Needles } from './needles.js';
import { spellingsOf } from './spellings.js';

/** Shorter values would black out half of every text. */
const minLength = 4;
const maxDepth = 20;
/** JSON in JSON of a text that is hardly anything but backslashes, which doubles at each depth. */
const deepest = 6;
const longest = 4_096;
const black = '***';

/** Replaces known values, and the ways JSON, URLs and base64 spell them, by `***`. */
export class Redactor {
  readonly #values = new Set<string>();
  readonly #needles = new Needles();
  #longestSpelling = 0;
  /** Hardly anything but backslashes: found as they are, and as JSON has them. */
  #literals: readonly string[] = [];

  /** Throws, without the value, when it would not be found. */
  add(value: string): void {
    if (value.length < minLength || this.#values.has(value)) return;
    for (const spelling of spellingsOf(value)) {
      // A URL drops line breaks, so a spelling may be shorter than the value.
      if (spelling.length >= minLength) this.#look(spelling);
    }
    if (this.#replaced(value) !== black) throw new Error('a secret could not be blacked out, so it is not used');
    this.#values.add(value);
  }

  /** Never throws: who logs an error must not get another, which may quote the text. */
  redact(text: string): string {
    try {
      return this.#replaced(text);
    } catch {
      return black;
    }
  }

  /** Strings, keys too, and numbers; `true`, `false` and null are no secrets. */
  redactDeep<T>(value: T): T {
    if (this.#values.size === 0) return value;
    try {
      return this.#walk(value, 0) as T;
    } catch {
      return black as T;
    }
  }

  /** Bytes: a unit is up to three of UTF-8, and the few that JSON escapes are more with every depth. */
  get longest(): number {
    return 4 * this.#longestSpelling;
  }

  #look(spelling: string): void {
    this.#longestSpelling = Math.max(this.#longestSpelling, spelling.length);
    if (!this.#needles.add(spelling)) {
      // Longest first: the same in JSON holds it.
      this.#literals = [...new Set([...this.#literals, ...inJson(spelling)])].sort((a, b) => b.length - a.length);
    }
    // In JSON the quote after its last backslash stands right behind it, and takes that backslash from the normal form.
    if (spelling.endsWith('\\')) this.#needles.add(`${spelling}"`);
  }

  #replaced(text: string): string {
    let result = this.#needles.replaceIn(text, black);
    for (const literal of this.#literals) result = result.replaceAll(literal, black);
    return result;
  }

  #walk(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value === 'number' || typeof value === 'bigint') return redactNumber(value, (text) => this.redact(text));
    if (typeof value !== 'object' || value === null) return value;
    if (depth === maxDepth) return black;
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.redact(key), this.#walk(inner, depth + 1)]),
    );
  }
}

function* inJson(text: string, depth = 0): Generator<string> {
  yield text;
  if (depth < deepest && text.length < longest) yield* inJson(JSON.stringify(text).slice(1, -1), depth + 1);
}

/** A number in which a secret stands is told no more; what is left of it would be another number. */
export function redactNumber<N extends number | bigint>(value: N, redact: (text: string) => string): N | string {
  const text = String(value);
  return redact(text) === text ? value : black;
}
