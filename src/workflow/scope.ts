import type { Scope } from './plan.js';
import type { Run } from './run.js';

/** The names an expression of a run sees. `secrets` is added by the shell, at the last moment and for `with` only. */
export function scopeOf(run: Run): Scope {
  return {
    input: run.input,
    trigger: run.trigger,
    event: run.trigger.event,
    steps: run.steps,
    run: {
      id: run.id,
      workflow: run.plan.id,
      version: run.plan.version,
      get startedAt() {
        return new Date(run.startedAt ?? run.createdAt).toISOString();
      },
    },
  };
}

/** A step's `with`, evaluated. Throws CcError CC_EXPRESSION_FAILED. */
export function inputOf(run: Run, step: string, secrets: Readonly<Record<string, string>>): unknown {
  return run.plan.steps.get(step)!.with.evaluate({ ...scopeOf(run), secrets });
}
