import type { ErrorCode, Problem } from '../../errors/index.js';
import { pathText, type Path } from './path.js';

export interface Place {
  /** The key is wrong, not its value. */
  readonly inKey?: boolean;
  /** Characters from the start of a text value. */
  readonly offset?: number;
}

/** Where the value at a path stands in a file. */
export type Positions = (path: Path, place: Place) => { readonly line: number; readonly column: number };

/** Nobody reads more, and a file can be wrong in every one of its words. */
export const MAX_PROBLEMS = 200;
const LONGEST_MESSAGE = 1_000;
const MAX_PATTERN_SIZE = 100_000;

/** Thrown to end a check that has found enough. */
export class EnoughProblems extends Error {}

/** Collects everything that is wrong with one definition, each by path and, when it came from a file, position. */
export class Report {
  readonly #problems: Problem[] = [];
  #patternSize = 0;

  constructor(private readonly positionOf?: Positions) {}

  add(path: Path, message: string, code?: ErrorCode, place: Place = {}): void {
    if (this.#problems.length === MAX_PROBLEMS) throw new EnoughProblems();
    this.#problems.push({
      path: pathText(path),
      message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message,
      ...(code && { code }),
      ...this.positionOf?.(path, place),
    });
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  /** Counts the regular expressions of a file, whose compiling nobody else bounds. */
  compiled(path: Path, patternSize: number): void {
    this.#patternSize += patternSize;
    if (this.#patternSize <= MAX_PATTERN_SIZE) return;
    this.add(path, 'the regular expressions of this file are too many or too large together');
    throw new EnoughProblems();
  }

  get ok(): boolean {
    return this.#problems.length === 0;
  }
}
