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

/** Collects everything that is wrong with one definition, each by path and, when it came from a file, position. */
export class Report {
  readonly #problems: Problem[] = [];

  constructor(private readonly positionOf?: Positions) {}

  add(path: Path, message: string, code?: ErrorCode, place: Place = {}): void {
    this.#problems.push({ path: pathText(path), message, ...(code && { code }), ...this.positionOf?.(path, place) });
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    return this.#problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  get ok(): boolean {
    return this.#problems.length === 0;
  }
}
