import { catalogue, type ErrorCode, type ErrorKind } from './catalogue.js';

/** One thing wrong with an input: where (`steps.fetch.with.url`, `` for the whole), what, and what to do. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  /** A more exact code than the error's own, where there is one. */
  readonly code?: ErrorCode;
  /** Position in the file, both from 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface CcErrorOptions {
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
  /** Seconds after which trying again makes sense (becomes `Retry-After`). */
  readonly retryAfter?: number;
}

/** A coded error. `message` says what, which value, and what to do; it never holds a secret. */
export class CcError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: CcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CcError';
    this.code = code;
    this.problems = options.problems ?? [];
    this.retryAfter = options.retryAfter;
  }

  get kind(): ErrorKind {
    return catalogue[this.code].kind;
  }

  get title(): string {
    return catalogue[this.code].title;
  }
}

/** The sentence of anything thrown: errors are not always Errors. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
