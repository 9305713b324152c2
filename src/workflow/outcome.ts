import { messageOf } from '../errors/index.js';
import type { Command } from './events.js';
import type { PlanStep } from './plan.js';
import type { Failure, Run } from './run.js';
import { scopeOf } from './scope.js';

export type Outcome =
  { readonly status: 'succeeded' } | { readonly status: 'failed' | 'cancelled'; readonly error: Failure };

/** How the run ends by what its steps came to, those of `finally` apart. */
export function outcomeOf(run: Run): Outcome {
  if (run.ending) return { status: run.ending.status, error: run.ending.error };
  return failureOf(run, run.plan.steps) ?? { status: 'succeeded' };
}

function failureOf(run: Run, steps: ReadonlyMap<string, PlanStep>): Outcome | undefined {
  for (const step of steps.values()) {
    const { status, error } = run.steps[step.id]!;
    const failed = (status === 'failed' || status === 'cancelled') && !step.continueOnError;
    if (failed) return { status: 'failed', error: { ...error!, step: step.id } };
  }
  return undefined;
}

/** A failed step of `finally` fails a run that would have succeeded; of one that failed, the first cause stays. */
export function finish(run: Run): Command {
  const { id } = run;
  const own = outcomeOf(run);
  const outcome = own.status === 'succeeded' ? (failureOf(run, run.plan.finally) ?? own) : own;
  if (outcome.status !== 'succeeded') return { type: 'FinishRun', id, ...outcome };
  try {
    return { type: 'FinishRun', id, status: 'succeeded', output: run.plan.output?.evaluate(scopeOf(run)) ?? null };
  } catch (thrown) {
    const error: Failure = { type: 'terminal', code: 'CC_EXPRESSION_FAILED', message: `output: ${messageOf(thrown)}` };
    return { type: 'FinishRun', id, status: 'failed', error };
  }
}
