import type { AgentStep, ApprovalStep, Step, WaitForStep, WorkflowStep } from '@commandcenter/sdk/definition';
import { ANY_APPROVER } from './approver.js';
import type { Builder } from './builder.js';
import { parseDuration } from './duration.js';
import { ITEM_NAMES, RUN_NAMES, WITH_NAMES } from './grammar/expressions.js';
import type { Path } from './grammar/path.js';
import { ITEMS_AT_ONCE } from './limits.js';
import type {
  AgentPlanStep,
  ApprovalPlanStep,
  EventPlanStep,
  ForEach,
  PlanStep,
  SleepPlanStep,
  WorkflowPlanStep,
} from './plan.js';
import { durationOr, retryPolicy } from './retry.js';

/** What only a step of this kind has. */
type Own<Kind extends PlanStep> = Kind extends unknown
  ? Omit<Kind, 'id' | 'needs' | 'dependents' | 'if' | 'continueOnError'>
  : never;

export function compileStep(
  id: string,
  step: Step,
  dependents: readonly string[],
  builder: Builder,
  path: Path,
): PlanStep {
  return {
    id,
    needs: step.needs ?? [],
    dependents,
    if: step.if === undefined ? undefined : builder.condition(step.if, [...path, 'if']),
    continueOnError: step.continueOnError ?? false,
    ...own(step, builder, path),
  };
}

function own(step: Step, builder: Builder, path: Path): Own<PlanStep> {
  if ('uses' in step) return agentStep(step, builder, path);
  if ('workflow' in step) return workflowStep(step, builder, path);
  if ('waitFor' in step) return eventStep(step, builder, path);
  if ('approval' in step) return approvalStep(step, builder, path);
  const template = (text: string, key: string) => builder.template(text, RUN_NAMES, [...path, key]);
  if ('until' in step) return { kind: 'sleep', until: template(step.until, 'until') } satisfies Own<SleepPlanStep>;
  return { kind: 'sleep', sleep: template(step.sleep, 'sleep') } satisfies Own<SleepPlanStep>;
}

function agentStep(step: AgentStep, builder: Builder, path: Path): Own<AgentPlanStep> {
  const [agent = '', action = ''] = step.uses.split('.');
  const names = step.forEach === undefined ? WITH_NAMES : [...WITH_NAMES, ...ITEM_NAMES];
  const { defaults } = builder;
  return {
    kind: 'agent',
    agent,
    action,
    with: builder.template(step.with ?? {}, names, [...path, 'with']),
    retry: retryPolicy(step.retry, defaults.retry),
    timeoutMs: durationOr(step.timeout ?? defaults.timeout, builder.stepTimeoutMs),
    forEach: forEach(step, builder, path),
  };
}

function workflowStep(step: WorkflowStep, builder: Builder, path: Path): Own<WorkflowPlanStep> {
  const names = step.forEach === undefined ? RUN_NAMES : [...RUN_NAMES, ...ITEM_NAMES];
  return {
    kind: 'workflow',
    workflow: step.workflow,
    with: builder.template(step.with ?? {}, names, [...path, 'with']),
    wait: step.wait ?? true,
    forEach: forEach(step, builder, path),
  };
}

function forEach(step: AgentStep | WorkflowStep, builder: Builder, path: Path): ForEach | undefined {
  if (step.forEach === undefined) return undefined;
  return {
    list: builder.template(step.forEach, RUN_NAMES, [...path, 'forEach']),
    concurrency: step.concurrency ?? ITEMS_AT_ONCE,
    onItemFailure: step.onItemFailure ?? 'stop',
  };
}

function eventStep({ waitFor }: WaitForStep, builder: Builder, path: Path): Own<EventPlanStep> {
  const { event, timeout } = waitFor;
  return {
    kind: 'event',
    type: event,
    condition: waitFor.if === undefined ? undefined : builder.eventCondition(waitFor.if, [...path, 'waitFor', 'if']),
    timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
  };
}

function approvalStep({ approval }: ApprovalStep, builder: Builder, path: Path): Own<ApprovalPlanStep> {
  const at = (key: string) => [...path, 'approval', key];
  return {
    kind: 'approval',
    message: builder.template(approval.message, RUN_NAMES, at('message')),
    approvers: builder.template(approval.approvers ?? ANY_APPROVER, RUN_NAMES, at('approvers')),
    timeoutMs: approval.timeout === undefined ? undefined : parseDuration(approval.timeout),
    onTimeout: approval.onTimeout ?? 'reject',
  };
}
