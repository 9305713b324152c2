import type { Run, StepState } from '../../workflow/index.js';
import type { StepView } from './views.js';

/** Steps in the plan's order: each after the ones it needs. */
export function stepViews(run: Run): StepView[] {
  return [...run.plan.steps.values()].map((step) => {
    const state: StepState = run.steps[step.id] ?? { status: 'pending', attempt: 0 };
    return {
      id: step.id,
      path: step.id,
      status: state.status,
      attempt: state.attempt,
      uses: `${step.agent}.${step.action}`,
      output: state.output ?? null,
      error: state.error ?? null,
      startedAt: iso(state.startedAt),
      finishedAt: iso(state.finishedAt),
    };
  });
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
