import { MAX_DURATION_MS } from './duration.js';
import type { Emitted, RunEvent } from './events.js';
import { placeOf, planStep } from './paths.js';
import type { RetryPolicy } from './plan.js';
import type { Failure, Run } from './run.js';

/** How an attempt ended, as the shell saw it. */
export type Outcome =
  | { readonly ok: true; readonly output: unknown; readonly emitted?: readonly Emitted[] }
  /** `retryAfterMs`: the agent knows when trying again makes sense, within a year: what it says may come from anywhere. */
  | { readonly ok: false; readonly failure: Failure; readonly retryAfterMs?: number };

/** The event that an ended attempt is journaled as: success, another attempt later, or failure. */
export function settle(run: Run, step: string, attempt: number, outcome: Outcome, at: number): RunEvent {
  if (outcome.ok) {
    const { output, emitted } = outcome;
    return { type: 'StepSucceeded', at, step, attempt, output, ...(emitted?.length && { emitted }) };
  }
  const { failure, retryAfterMs = 0 } = outcome;
  const plan = planStep(run.plan, step);
  const retry = plan?.kind === 'agent' && !isGivenUp(run, step) ? plan.retry : undefined;
  if (retry === undefined || attempt >= retry.attempts || !isRetryable(failure))
    return { type: 'StepFailed', at, step, attempt, error: failure };
  const dueAt = at + Math.max(retryDelay(retry, attempt, `${run.id}/${step}`), Math.min(retryAfterMs, MAX_DURATION_MS));
  return { type: 'StepRetryScheduled', at, step, attempt, error: failure, dueAt };
}

/** A run that is ending tries nothing again but its `finally`. */
function isGivenUp({ ending, plan }: Run, step: string): boolean {
  return ending !== undefined && (ending.final === true || !plan.finally.has(placeOf(step).id));
}

function isRetryable({ type }: Failure): boolean {
  return type === 'retryable' || type === 'timeout' || type === 'lost' || type === '_OTHER';
}

/**
 * Milliseconds between the end of `attempt` (from 1) and the next: delay * factor^(attempt-1), at most maxDelay.
 * Jitter takes it to 50..100 % of that. It is a hash of the step, not random: the core stays pure and a log replays the same.
 */
export function retryDelay(policy: RetryPolicy, attempt: number, key: string): number {
  // The power overflows to Infinity after enough attempts, and no delay times that is not a number.
  const full = Math.min(policy.delayMs && policy.delayMs * policy.factor ** (attempt - 1), policy.maxDelayMs);
  return Math.round(policy.jitter ? full * (0.5 + fraction(`${key}/${attempt}`) / 2) : full);
}

/** FNV-1a, as a number in [0, 1). http://www.isthe.com/chongo/tech/comp/fnv/ */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
