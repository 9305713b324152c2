import type { Retry } from '@commandcenter/sdk/definition';
import { parseDuration } from './duration.js';
import type { RetryPolicy } from './plan.js';

/** What a step gets when neither it nor `defaults` says anything: one attempt. */
const RETRY_DEFAULTS: RetryPolicy = {
  attempts: 1,
  delayMs: 1_000,
  factor: 2,
  maxDelayMs: 300_000,
  jitter: true,
};

/** Longer than any request; a step that needs more says so. */
export const STEP_TIMEOUT_MS = 300_000;

/** Field by field: the step's word, then the workflow's `defaults`, then ours. Durations were checked before. */
export function retryPolicy(step: Retry = {}, defaults: Retry = {}): RetryPolicy {
  const merged = { ...defaults, ...step };
  const delayMs = durationOr(merged.delay, RETRY_DEFAULTS.delayMs);
  return {
    attempts: merged.attempts ?? RETRY_DEFAULTS.attempts,
    delayMs,
    factor: merged.factor ?? RETRY_DEFAULTS.factor,
    // A long first delay must not be cut by a default nobody wrote.
    maxDelayMs: durationOr(merged.maxDelay, Math.max(RETRY_DEFAULTS.maxDelayMs, delayMs)),
    jitter: merged.jitter ?? RETRY_DEFAULTS.jitter,
  };
}

export function durationOr(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : (parseDuration(text) ?? otherwise);
}
