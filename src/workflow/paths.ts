import type { Plan, PlanStep } from './plan.js';
import type { Run, StepState } from './run.js';

/**
 * The path of a step is its id, `fetch`, or that of one item of a `forEach`, `fetch[3]`: what events and commands call `step`,
 * and what stands in an idempotency key.
 */
export interface Place {
  readonly id: string;
  readonly item: number | undefined;
}

export function placeOf(path: string): Place {
  if (!path.endsWith(']')) return { id: path, item: undefined };
  const open = path.indexOf('[');
  return { id: path.slice(0, open), item: Number(path.slice(open + 1, -1)) };
}

export function itemPath(id: string, item: number): string {
  return `${id}[${item}]`;
}

export function planStep(plan: Plan, path: string): PlanStep | undefined {
  const { id } = placeOf(path);
  return plan.steps.get(id) ?? plan.finally.get(id);
}

export function stateAt(run: Run, path: string): StepState | undefined {
  const { id, item } = placeOf(path);
  const step = run.steps[id];
  return item === undefined ? step : step?.items?.[item];
}

/** Steps, and in place of a step that was fanned out its items. */
export function* leaves(run: Run): Generator<readonly [path: string, state: StepState]> {
  for (const id in run.steps) {
    const state = run.steps[id]!;
    if (state.items === undefined) yield [id, state];
    else for (let n = 0; n < state.items.length; n++) yield [itemPath(id, n), state.items[n]!];
  }
}
