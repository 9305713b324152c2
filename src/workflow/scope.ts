import { outcomeOf } from './outcome.js';
import { placeOf, planStep } from './paths.js';
import type { Scope } from './plan.js';
import type { Run } from './run.js';

/**
 * The names an expression of a run sees; `path` of the step it belongs to. `secrets` is added by the shell, at the last
 * moment and for `with` only.
 */
export function scopeOf(run: Run, path?: string): Scope {
  const { id, item } = path === undefined ? { id: undefined, item: undefined } : placeOf(path);
  return {
    input: run.input,
    trigger: run.trigger,
    event: run.trigger.event,
    steps: run.steps,
    run: runScope(run, id !== undefined && run.plan.finally.has(id)),
    ...(item !== undefined && { item: run.steps[id!]!.list![item], index: item }),
  };
}

/** How the run will end is known to the steps of `finally`. */
function runScope(run: Run, last: boolean): object {
  const facts = {
    id: run.id,
    workflow: run.plan.id,
    version: run.plan.version,
    get startedAt() {
      return new Date(run.startedAt ?? run.createdAt).toISOString();
    },
  };
  if (!last) return facts;
  const outcome = outcomeOf(run);
  return Object.defineProperties(
    { status: outcome.status, error: outcome.status === 'succeeded' ? null : outcome.error },
    Object.getOwnPropertyDescriptors(facts),
  );
}

/** An agent's `with`, evaluated. Throws CcError CC_EXPRESSION_FAILED. */
export function inputOf(run: Run, path: string, secrets: Readonly<Record<string, string>>): unknown {
  const step = planStep(run.plan, path)!;
  if (step.kind !== 'agent') throw new TypeError(`step ${path} calls no agent`);
  return step.with.evaluate({ ...scopeOf(run, path), secrets });
}
