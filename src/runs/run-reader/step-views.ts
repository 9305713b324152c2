import { itemPath, type PlanStep, type Run, type StepState } from '../../workflow/index.js';
import { LeftOut, type Payloads } from './left-out.js';
import type { StepView } from './views.js';

/** Steps in the plan's order, each after the ones it needs, `finally` last; after a step with `forEach` its items. */
export function stepViews(run: Run, payloads: Payloads): StepView[] {
  const view = (step: PlanStep, path: string, state: StepState, output: unknown) => ({
    ...stepView(step, path, state),
    ...outputView(run.id, output),
  });
  return [...run.plan.steps.values(), ...run.plan.finally.values()].flatMap((step) => {
    const state: StepState = run.steps[step.id] ?? { status: 'pending', attempt: 0 };
    const items = (state.items ?? []).map((item, n) => view(step, itemPath(step.id, n), item, item.output));
    return [view(step, step.id, state, payloads.outputOf(step.id, state)), ...items];
  });
}

function outputView(run: string, output: unknown): Pick<StepView, 'output' | 'outputLeftOut'> {
  if (!(output instanceof LeftOut)) return { output: output ?? null };
  const { seq, bytes } = output;
  const page = seq === 0 ? '' : `?cursor=${seq - 1}&limit=1`;
  return { output: null, outputLeftOut: { bytes, href: `/api/v1/runs/${run}/events${page}` } };
}

function stepView(step: PlanStep, path: string, state: StepState): Omit<StepView, 'output'> {
  return {
    id: step.id,
    path,
    status: state.status,
    attempt: state.attempt,
    uses: usesOf(step),
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
