import { CcError } from '../errors/index.js';

/**
 * What a failed start means for the occurrence. `again` when nothing is wrong with it: later, or on another replica, it
 * will start, and its dedupe key keeps it from starting twice. `over` when it can never start as it is.
 */
export function verdictOn(thrown: unknown): 'again' | 'over' {
  if (!(thrown instanceof CcError)) return 'again';
  return thrown.kind === 'unavailable' || thrown.code === 'CC_INTERNAL' ? 'again' : 'over';
}

/** No replica can do much now: asking for the next thing would only add to the load. */
export function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof CcError && thrown.kind === 'unavailable';
}

/** Nothing is wrong: as many runs go as the workflow wants. */
export function isFull(thrown: unknown): boolean {
  return thrown instanceof CcError && thrown.code === 'CC_CONCURRENCY_FULL';
}

/** For logs: the code first, where there is one. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof CcError) return `${thrown.code} ${thrown.message}`;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
