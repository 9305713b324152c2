import type { PlanStep } from './plan.js';
import type { Failure, Run } from './run.js';

export type Outcome =
  { readonly status: 'succeeded' } | { readonly status: 'failed' | 'cancelled'; readonly error: Failure };

/** How the run ends by what its steps came to, those of `finally` apart. */
export function outcomeOf(run: Run): Outcome {
  if (run.ending) return { status: run.ending.status, error: run.ending.error };
  return failureOf(run, run.plan.steps) ?? { status: 'succeeded' };
}

/** By the first of these steps that failed and was not allowed to. */
export function failureOf(run: Run, steps: ReadonlyMap<string, PlanStep>): Outcome | undefined {
  for (const step of steps.values()) {
    const { status, error } = run.steps[step.id]!;
    const failed = (status === 'failed' || status === 'cancelled') && !step.continueOnError;
    if (failed) return { status: 'failed', error: { ...error!, step: step.id } };
  }
  return undefined;
}
