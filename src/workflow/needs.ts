import { outcomeOf } from './outcome.js';
import { planStep } from './paths.js';
import type { NeedsStatus, PlanStep } from './plan.js';
import type { Run } from './run.js';

interface Needs extends NeedsStatus {
  readonly needFailed: boolean;
  /** A direct need was skipped. */
  readonly skipped: boolean;
}

/**
 * What `success()` and `failure()` answer for a step whose needs are settled, and whether a direct need was skipped.
 * Failure reaches through skipped steps: in a -> b -> c, when a fails and b is therefore skipped, c sees a failure.
 * A step of `finally` sees how the run will end as well.
 */
export function needsStatus(run: Run, step: PlanStep): Needs {
  const needFailed = anyFailed(run, step);
  const failure = needFailed || (run.plan.finally.has(step.id) && outcomeOf(run).status !== 'succeeded');
  const skipped = step.needs.some((need) => run.steps[need]!.status === 'skipped');
  return { success: !failure, failure, needFailed, skipped };
}

/** Each step is looked at once: layers of skipped diamonds would otherwise double the work at every layer. */
function anyFailed(run: Run, step: PlanStep): boolean {
  const seen = new Set(step.needs);
  for (const id of seen) {
    const need = planStep(run.plan, id)!;
    const { status } = run.steps[id]!;
    if ((status === 'failed' || status === 'cancelled') && !need.continueOnError) return true;
    if (status === 'skipped') for (const further of need.needs) seen.add(further);
  }
  return false;
}
