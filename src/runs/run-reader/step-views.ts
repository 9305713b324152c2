import { itemPath, type PlanStep, type Run, type StepState } from '../../workflow/index.js';
import type { StepView } from './views.js';

/** Steps in the plan's order, each after the ones it needs, `finally` last; after a step with `forEach` its items. */
export function stepViews(run: Run): StepView[] {
  return [...run.plan.steps.values(), ...run.plan.finally.values()].flatMap((step) => {
    const state: StepState = run.steps[step.id] ?? { status: 'pending', attempt: 0 };
    const items = (state.items ?? []).map((item, n) => stepView(step, itemPath(step.id, n), item));
    return [stepView(step, step.id, state), ...items];
  });
}

function stepView(step: PlanStep, path: string, state: StepState): StepView {
  return {
    id: step.id,
    path,
    status: state.status,
    attempt: state.attempt,
    uses: usesOf(step),
    output: state.output ?? null,
    error: state.error ?? null,
    startedAt: iso(state.startedAt),
    finishedAt: iso(state.finishedAt),
    ...(state.wait && { wait: waitOf(state.wait) }),
  };
}

/** What a step does, in the words of the file. */
function usesOf(step: PlanStep): string {
  switch (step.kind) {
    case 'agent':
      return `${step.agent}.${step.action}`;
    case 'sleep':
      return step.until === undefined ? 'sleep' : 'until';
    case 'event':
      return `waitFor ${step.type}`;
    case 'approval':
      return 'approval';
    case 'workflow':
      return `workflow ${step.workflow}`;
  }
}

function waitOf(wait: NonNullable<StepState['wait']>): NonNullable<StepView['wait']> {
  const until = 'dueAt' in wait && wait.dueAt !== undefined ? iso(wait.dueAt) : null;
  return {
    kind: wait.kind,
    until,
    ...(wait.kind === 'workflow' && { run: wait.child }),
    ...(wait.kind === 'approval' && { message: wait.message, approvers: wait.approvers }),
  };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
