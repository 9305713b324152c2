import { messageOf } from '../errors/index.js';
import type { Command } from './events.js';
import { failureOf, outcomeOf } from './outcome.js';
import type { Failure, Run } from './run.js';
import { scopeOf } from './scope.js';

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
