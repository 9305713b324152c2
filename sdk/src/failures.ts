import { FAILURE } from './brands.js';

export type FailureKind = 'retryable' | 'terminal' | 'cancelled';

export interface RetryableOptions extends ErrorOptions {
  /** Seconds the other side asked us to wait; the hub waits at least as long before the next attempt. */
  readonly retryAfter?: number;
}

/** It may work next time. Any error that is not one of these three counts as retryable too. */
export class RetryableError extends Error {
  readonly [FAILURE]: FailureKind = 'retryable';
  readonly retryAfter: number | undefined;

  constructor(message: string, options: RetryableOptions = {}) {
    super(message, options);
    this.name = 'RetryableError';
    this.retryAfter = options.retryAfter;
  }
}

/** Trying again cannot help: the step fails at once, whatever attempts are left. */
export class TerminalError extends Error {
  readonly [FAILURE]: FailureKind = 'terminal';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/** The action stopped because `ctx.signal` asked it to. */
export class CancelledError extends Error {
  readonly [FAILURE]: FailureKind = 'cancelled';

  constructor(message = 'The step was cancelled', options?: ErrorOptions) {
    super(message, options);
    this.name = 'CancelledError';
  }
}

/** The brand of anything thrown; undefined for all that is not one of the three classes of any copy of this package. */
export function failureKind(thrown: unknown): FailureKind | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const kind = (thrown as { [FAILURE]?: unknown })[FAILURE];
  return kind === 'retryable' || kind === 'terminal' || kind === 'cancelled' ? kind : undefined;
}
