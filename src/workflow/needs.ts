import type { NeedsStatus, PlanStep } from './plan.js';
import type { Run } from './run.js';

/**
 * What `success()` and `failure()` answer for a step whose needs are settled, and whether a direct need was skipped.
 * Failure reaches through skipped steps: in a -> b -> c, when a fails and b is therefore skipped, c sees a failure.
 */
export function needsStatus(run: Run, step: PlanStep): NeedsStatus & { readonly skipped: boolean } {
  const failure = anyFailed(run, step);
  return { success: !failure, failure, skipped: step.needs.some((need) => run.steps[need]!.status === 'skipped') };
}

/** Each step is looked at once: layers of skipped diamonds would otherwise double the work at every layer. */
function anyFailed(run: Run, step: PlanStep): boolean {
  const seen = new Set(step.needs);
  for (const id of seen) {
    const need = run.plan.steps.get(id)!;
    const { status } = run.steps[id]!;
    if ((status === 'failed' || status === 'cancelled') && !need.continueOnError) return true;
    if (status === 'skipped') for (const further of need.needs) seen.add(further);
  }
  return false;
}
