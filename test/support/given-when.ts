import { advance } from '../../src/workflow/advance.js';
import type { RunEvent } from '../../src/workflow/events.js';
import type { Plan } from '../../src/workflow/plan.js';
import type { Run } from '../../src/workflow/run.js';
import { deepFreeze, failure, planOf, queued, say, type Steps } from './plans.js';
import { SimulatedRun } from './simulated-run.js';

export const start: RunEvent = { type: 'RunStarted', at: 10 };
export const began = (step: string, attempt = 1): RunEvent => ({ type: 'StepStarted', at: 20, step, attempt });
export const worked = (step: string, output: unknown = null, attempt = 1): RunEvent => ({
  type: 'StepSucceeded',
  at: 30,
  step,
  attempt,
  output,
});
export const later = (step: string, attempt = 1, dueAt = 1000): RunEvent => ({
  type: 'StepRetryScheduled',
  at: 30,
  step,
  attempt,
  error: failure(),
  dueAt,
});
export const due = (step: string, attempt = 1): RunEvent => ({
  type: 'TimerFired',
  at: 1000,
  timer: { kind: 'retry', step, attempt },
});
/** Given events, when one more comes, then these commands. */
export function when(
  plan: Plan,
  given: readonly RunEvent[],
  event: RunEvent,
  input?: unknown,
): { run: Run; commands: string[] } {
  const before = deepFreeze(given.reduce((run, one) => advance(run, deepFreeze(one)).run, queued(plan, input)));
  const { run, commands } = advance(before, deepFreeze(event));
  return { run, commands: commands.map(say) };
}

/** Steps as they end, in one word each, when `outcome` says how attempts of steps end (default: they succeed). */
export function end(
  steps: Steps,
  outcome: Record<string, 'terminal' | 'retryable' | 'cancelled'> = {},
  more = {},
  input?: unknown,
): string {
  const simulated = SimulatedRun.start(
    planOf(steps, more),
    (step) => (outcome[step] ? { ok: false, failure: failure(outcome[step]) } : { ok: true, output: `${step} done` }),
    input,
  );
  const run = simulated.drive();
  const words = Object.entries(run.steps).map(([id, { status }]) => `${id}:${status}`);
  return `${words.join(' ')} -> ${run.status}`;
}
