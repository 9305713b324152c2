export const backslash = 0x5c;
const quote = 0x22;

/**
 * A text with one way of writing what JSON, and JSON inside JSON, writes in many: any run of backslashes is one; those
 * before a quote are none; a control character, or half a surrogate pair, is a backslash and what JSON writes after it.
 * So a value has the same units, one after the other, however often the text that holds it was made JSON.
 */
export class NormalForm {
  /** Code units. */
  units: Uint16Array;
  /** Where in the text each of them stands. */
  from: Uint32Array;
  length = 0;

  constructor(room: number) {
    this.units = new Uint16Array(room);
    this.from = new Uint32Array(room);
  }

  read(text: string): void {
    this.length = 0;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit === backslash) this.#backslash(at);
      else if (needsLetters(unit)) {
        this.#backslash(at);
        for (const letter of lettersOf(unit)) this.#push(letter.charCodeAt(0), at);
      } else {
        if (unit === quote && this.#endsInBackslash) this.length -= 1;
        this.#push(unit, at);
      }
    }
  }

  get #endsInBackslash(): boolean {
    return this.length > 0 && this.units[this.length - 1] === backslash;
  }

  #backslash(at: number): void {
    if (!this.#endsInBackslash) this.#push(backslash, at);
  }

  #push(unit: number, at: number): void {
    if (this.length === this.units.length) this.#grow();
    this.units[this.length] = unit;
    this.from[this.length] = at;
    this.length += 1;
  }

  #grow(): void {
    const { units, from } = this;
    this.units = new Uint16Array(2 * this.length);
    this.from = new Uint32Array(2 * this.length);
    this.units.set(units);
    this.from.set(from);
  }
}

/** What JSON does not write as it is, beside the quote and the backslash. Half a pair is seen by code unit. */
export const needsLetters = (unit: number) => unit < 0x20 || (unit >= 0xd800 && unit <= 0xdfff);

/** What JSON writes after the backslash. */
export function lettersOf(unit: number): string {
  return ownLetter.get(unit) ?? `u${unit.toString(16).padStart(4, '0')}`;
}

const ownLetter = new Map(['\b', '\t', '\n', '\f', '\r'].map((sign) => [sign.charCodeAt(0), JSON.stringify(sign)[2]!]));
