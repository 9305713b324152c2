import { RE2JS } from 're2js';
import { messageOf } from '../../errors/index.js';
import { Fault, spend, type Frame } from './frame.js';
import { LIMITS } from './limits.js';
import { programSizeOf } from './regex-size.js';

/** A regular expression on an engine whose time grows linearly with the text, so none can hang the hub. */
export class LinearRegex {
  readonly #regex: RE2JS;

  /** Throws a Fault that says what is wrong with the pattern. */
  constructor(readonly pattern: string) {
    if (pattern.length > LIMITS.pattern)
      throw new Fault(`a regular expression has at most ${LIMITS.pattern} characters`);
    if (programSizeOf(pattern) > LIMITS.patternSize)
      throw new Fault('the regular expression repeats too much: write smaller counts in { }');
    try {
      this.#regex = RE2JS.compile(pattern);
    } catch (error) {
      throw new Fault(`the regular expression does not compile: ${messageOf(error)}`);
    }
  }

  test(text: string): boolean {
    return this.#regex.test(text);
  }

  /** Linear, but each character costs up to the size of the compiled pattern. */
  workOn(text: string): number {
    return 1 + Math.ceil((text.length * this.#regex.programSize()) / 8);
  }

  testWithin(frame: Frame, text: string): boolean {
    spend(frame, this.workOn(text));
    return this.test(text);
  }
}
