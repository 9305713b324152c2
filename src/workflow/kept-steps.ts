import { isSettled } from './changes.js';
import type { Plan } from './plan.js';
import type { Run, StepState } from './run.js';

/**
 * What a rerun from a step keeps of the run before: the steps that neither are the step nor need it, that came to an end
 * there which does not fail a run, and all of whose needs are kept. By id; the steps of `finally` are always done again.
 * An approval is never kept: what somebody allowed is the run before, not another one.
 */
export function keptSteps(before: Run, plan: Plan, from: string): Readonly<Record<string, StepState>> {
  const kept: Record<string, StepState> = {};
  const again = new Set([from]);
  for (const step of plan.steps.values()) {
    const state = before.steps[step.id];
    const known = state !== undefined && before.plan.steps.has(step.id) && isGood(state, step.continueOnError);
    const asks = step.kind === 'approval';
    if (!again.has(step.id) && !asks && known && step.needs.every((need) => !again.has(need))) kept[step.id] = state;
    else again.add(step.id);
  }
  return kept;
}

function isGood(state: StepState, continueOnError: boolean): boolean {
  return isSettled(state) && (state.status === 'succeeded' || state.status === 'skipped' || (state.status === 'failed' && continueOnError)); // prettier-ignore
}
