import type { AgentStep, Step, WorkflowDefinition } from '@commandcenter/sdk/definition';
import { compile } from '../../src/workflow/compile.js';
import type { Command, RunEvent, Timer } from '../../src/workflow/events.js';
import { createRun } from '../../src/workflow/fold.js';
import type { Plan } from '../../src/workflow/plan.js';
import type { Failure, Run } from '../../src/workflow/run.js';

/** A step without a kind of its own calls `test.do`. */
export type Steps = Readonly<Record<string, Partial<AgentStep> | Step>>;
type More = Partial<Omit<WorkflowDefinition, 'steps' | 'finally'>> & { readonly finally?: Steps };

/** A compiled workflow whose steps call `test.do` unless they say otherwise; no retry waits longer for jitter. */
export function planOf(steps: Steps, more: More = {}): Plan {
  const { finally: last, ...rest } = more;
  const definition = { id: 'flow', ...rest, steps: whole(steps), ...(last && { finally: whole(last) }) };
  return compile(definition, 'v1');
}

const kinds = ['uses', 'sleep', 'until', 'waitFor', 'approval', 'workflow'];

/** Every step with a kind. */
export function whole(steps: Steps): Record<string, Step> {
  const full = Object.entries(steps).map(([id, step]) => {
    return [id, kinds.some((kind) => kind in step) ? step : { uses: 'test.do', ...step }];
  });
  return Object.fromEntries(full) as Record<string, Step>;
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
      return `${timerWords(command.timer)} at ${command.dueAt}`;
    case 'SkipStep':
      return `skip ${command.step}: ${command.reason}`;
    case 'FailStep':
      return `fail ${command.step}: ${command.error.code}`;
    case 'FinishRun':
      return `finish ${command.status}`;
    case 'FanOut':
      return `fan out ${command.step} ${command.items.length}`;
    case 'BeginWait':
      return `wait ${command.step}: ${JSON.stringify(command.wait)}`;
    case 'StartChild':
      return `start ${command.workflow} for ${command.step}`;
    case 'AwaitEvent':
      return `await event ${command.step}`;
    case 'ForgetEvent':
      return `forget event ${command.step}`;
    case 'RequestApproval':
      return `request approval ${command.step}`;
    case 'ExpireApproval':
      return `expire approval ${command.step}`;
  }
}

function timerWords(timer: Timer): string {
  if (timer.kind === 'runTimeout') return 'timeout';
  return timer.kind === 'retry' ? `retry ${timer.step} ${timer.attempt}` : `wait of ${timer.step}`;
}
