import { failureKind, type QueueOutcome } from '@commandcenter/sdk';

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** Nobody means to let a lane rest for longer; a number that is not one must not stop it for ever. */
const MOST_MS = 86_400_000;

/** The ids that are done, and for how long the lane rests. Throws a TypeError for what no handler may answer. */
export function outcomeOf(answer: QueueOutcome | void, ids: readonly string[]): { done: string[]; restMs: number } {
  const { done = ids, restMs = 0 } = answer ?? {};
  if (!Array.isArray(done)) throw new TypeError('the handler answered `done` that is not a list of ids');
  if (typeof restMs !== 'number' || !(restMs >= 0)) {
    throw new TypeError(`the handler answered restMs ${String(restMs)}, which is no time`);
  }
  const known = new Set<unknown>(done);
  const ours = ids.filter((id) => known.has(id));
  // Nothing done and no rest asked for: the same batch would come again at once, for ever.
  const least = ours.length === 0 ? FIRST_REST_MS : 0;
  return { done: ours, restMs: Math.min(Math.max(restMs, least), MOST_MS) };
}

/** How long a lane rests after a failure: what the other side asked for, else from 1 s to 1 min, doubling. */
export function restAfterFailure(thrown: unknown, failuresBefore: number, random = Math.random): number {
  const asked = failureKind(thrown) === 'retryable' ? (thrown as { retryAfter?: unknown }).retryAfter : undefined;
  if (typeof asked === 'number' && asked > 0) return Math.min(asked * 1_000, MOST_MS);
  const ms = Math.min(FIRST_REST_MS * 2 ** Math.min(failuresBefore, 16), LONGEST_REST_MS);
  // Apart from each other: lanes that failed together must not come back together.
  return ms * (1 + 0.2 * random());
}
