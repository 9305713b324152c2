/**
 * What an expression may cost. cel-js bounds nothing at run time and its `matches` backtracks, so the hub parses and type-checks
 * with cel-js and evaluates by itself, counting. One expression must never hold the event loop of all other runs.
 */
export const LIMITS = {
  /** Characters of one expression. */
  length: 4_096,
  /** Nesting of calls, brackets and operators. */
  depth: 64,
  /** Comprehensions (`all`, `exists`, `map`, `filter` ...) inside one another. */
  comprehensionDepth: 2,
  /** Elements one comprehension goes over. */
  items: 1_000,
  /** Units of work for one evaluation: about one per operation, more for long texts and lists. About 200 ms. */
  fuel: 16_000_000,
  /** Characters of a text an expression builds, and of its whole result when the expression put it together. */
  text: 1_048_576,
  /** Elements of a list an expression builds. */
  list: 10_000,
  /** Characters of a regular expression. */
  pattern: 1_000,
  /** Steps of its program, about: every character of a text may have to pass all of them. */
  patternSize: 3_000,
} as const;
