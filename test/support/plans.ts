import type { AgentStep, WorkflowDefinition } from '@commandcenter/sdk/definition';
import { compile } from '../../src/workflow/compile.js';
import type { Command, RunEvent } from '../../src/workflow/events.js';
import { createRun } from '../../src/workflow/fold.js';
import type { Plan } from '../../src/workflow/plan.js';
import type { Failure, Run } from '../../src/workflow/run.js';

export type Steps = Readonly<Record<string, Partial<AgentStep>>>;
type More = Partial<Omit<WorkflowDefinition, 'steps'>>;

/** A compiled workflow whose steps call `test.do` unless they say otherwise; no retry waits longer for jitter. */
export function planOf(steps: Steps, more: More = {}): Plan {
  const full = Object.entries(steps).map(([id, step]) => [id, { uses: 'test.do', ...step }]);
  const definition = { id: 'flow', ...more, steps: Object.fromEntries(full) as Record<string, AgentStep> };
  return compile(definition, 'v1');
}

export const created = (input: unknown = {}): RunEvent & { type: 'RunCreated' } => ({
  type: 'RunCreated',
  at: 0,
  workflow: 'flow',
  version: 'v1',
  input,
  trigger: { kind: 'manual' },
});

export const queued = (plan: Plan, input?: unknown): Run => createRun(plan, 'r', created(input));

/** Everything but the plan, which all runs of a version share and which holds Maps and compiled expressions. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const [key, inner] of Object.entries(value)) if (key !== 'plan') deepFreeze(inner);
  return value;
}

export const failure = (type: Failure['type'] = 'retryable', message = 'no'): Failure => ({
  type,
  code: 'CC_STEP_FAILED',
  message,
});

/** `invoke a 1`, `skip b: reason`, `finish failed` ...: commands as one reads them. */
export function say(command: Command): string {
  switch (command.type) {
    case 'InvokeAgent':
      return `invoke ${command.step} ${command.attempt}`;
    case 'AbortStep':
      return `abort ${command.step} ${command.attempt}`;
    case 'StartTimer':
      return command.timer.kind === 'retry'
        ? `retry ${command.timer.step} ${command.timer.attempt} at ${command.dueAt}`
        : `timeout at ${command.dueAt}`;
    case 'SkipStep':
      return `skip ${command.step}: ${command.reason}`;
    case 'FailStep':
      return `fail ${command.step}: ${command.error.code}`;
    case 'FinishRun':
      return `finish ${command.status}`;
  }
}
