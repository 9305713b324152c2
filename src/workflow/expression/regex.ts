import { RE2JS } from 're2js';
import { messageOf } from '../../errors/index.js';
import { Fault, spend, type Frame } from './frame.js';
import { LIMITS } from './limits.js';

/** A regular expression on an engine whose time grows linearly with the text, so none can hang the hub. */
export class LinearRegex {
  readonly #regex: RE2JS;

  /** Throws a Fault that says what is wrong with the pattern. */
  constructor(readonly pattern: string) {
    if (pattern.length > LIMITS.pattern)
      throw new Fault(`a regular expression has at most ${LIMITS.pattern} characters`);
    try {
      this.#regex = RE2JS.compile(pattern);
    } catch (error) {
      throw new Fault(`the regular expression does not compile: ${messageOf(error)}`);
    }
  }

  /** Ajv tells the patterns of all its schemas apart by this: without it every one of them would be the first. */
  toString(): string {
    return `/${this.pattern}/`;
  }

  test(text: string): boolean {
    return this.#regex.test(text);
  }

  /** Linear, but each character costs up to the size of the compiled pattern. */
  testWithin(frame: Frame, text: string): boolean {
    spend(frame, 1 + Math.ceil((text.length * Math.min(this.#regex.programSize(), 200)) / 8));
    return this.test(text);
  }
}
