import { messageOf } from '../errors/index.js';
import { isApprover } from './approver.js';
import { isActive, isStopped } from './changes.js';
import { MAX_DURATION_MS, parseDuration } from './duration.js';
import type { BeginWait, Command } from './events.js';
import { needsStatus } from './needs.js';
import { itemPath } from './paths.js';
import type { ApprovalPlanStep, PlanStep, SleepPlanStep } from './plan.js';
import type { Run, StepState } from './run.js';
import { scopeOf } from './scope.js';
import { MAX_ITEMS } from './limits.js';

/** What begins, or goes on with, a step whose needs are settled: to do it, to skip it, or to fail it because an expression does. */
export function begin(run: Run, step: PlanStep, state: StepState): readonly Command[] {
  // `if` was decided before the first attempt.
  if (state.status === 'running') return [work(run, step, step.id, state.attempt)];
  if (state.attempt > 0) return [work(run, step, step.id, state.attempt + 1)];
  try {
    const reason = reasonToSkip(run, step);
    if (reason !== undefined) return [{ type: 'SkipStep', id: `${run.id}/${step.id}/0`, step: step.id, reason }];
    return [step.forEach === undefined ? work(run, step, step.id, 1) : fanOut(run, step)];
  } catch (thrown) {
    return [failed(run, step.id, thrown)];
  }
}

function reasonToSkip(run: Run, step: PlanStep): string | undefined {
  const needs = needsStatus(run, step);
  if (!step.if?.usesStatus) {
    if (needs.needFailed) return 'a needed step failed';
    if (needs.skipped) return 'a needed step was skipped';
  }
  const goes = step.if === undefined || step.if.evaluate(scopeOf(run, step.id), needs);
  return goes ? undefined : 'if is false';
}

function failed(run: Run, step: string, thrown: unknown): Command {
  const error = { type: 'terminal', code: 'CC_EXPRESSION_FAILED', message: messageOf(thrown) } as const;
  return { type: 'FailStep', id: `${run.id}/${step}/0`, step, error };
}

/** May throw: expressions are evaluated. */
function work(run: Run, step: PlanStep, path: string, attempt: number): Command {
  const names = { id: `${run.id}/${path}/${attempt}`, step: path };
  switch (step.kind) {
    case 'agent':
      return { type: 'InvokeAgent', ...names, attempt, agent: step.agent, action: step.action };
    case 'workflow': {
      const input = step.with.evaluate(scopeOf(run, path));
      return { type: 'StartChild', ...names, workflow: step.workflow, input, waits: step.wait };
    }
    case 'sleep':
      return { type: 'BeginWait', ...names, wait: sleepOf(run, step) };
    case 'event': {
      const { timeoutMs: forMs } = step;
      return { type: 'BeginWait', ...names, wait: { kind: 'event', ...(forMs !== undefined && { forMs }) } };
    }
    case 'approval':
      return { type: 'BeginWait', ...names, wait: approvalOf(run, step) };
  }
}

function sleepOf(run: Run, step: SleepPlanStep): BeginWait {
  const scope = scopeOf(run, step.id);
  if (step.until !== undefined) {
    const text = step.until.evaluate(scope);
    const until = typeof text === 'string' ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(until))
      throw new Error(`until: ${said(text)} is not an instant, for example 2026-12-24T18:00:00Z`);
    return { kind: 'sleep', until };
  }
  const text = step.sleep!.evaluate(scope);
  const forMs = typeof text === 'string' ? parseDuration(text) : undefined;
  if (forMs === undefined || forMs > MAX_DURATION_MS)
    throw new Error(`sleep: ${said(text)} is not a duration, for example 10m`);
  return { kind: 'sleep', forMs };
}

function approvalOf(run: Run, step: ApprovalPlanStep): BeginWait {
  const scope = scopeOf(run, step.id);
  const message = String(step.message.evaluate(scope));
  // Nobody can read it, and PostgreSQL stores no text that has it: the step would ask for ever.
  if (message.includes('\0'))
    throw new Error('message: the text has the character U+0000; take it out of what it is made of');
  const approvers = step.approvers.evaluate(scope);
  const good = Array.isArray(approvers) && approvers.length > 0 && approvers.every(isApprover);
  if (!good) throw new Error(`approvers: ${said(approvers)} is not a list of user:<name>, group:<name> or role:<name>`);
  const { timeoutMs: forMs } = step;
  return { kind: 'approval', message, approvers: approvers as string[], ...(forMs !== undefined && { forMs }) };
}

function fanOut(run: Run, step: PlanStep): Command {
  const items = step.forEach!.list.evaluate(scopeOf(run, step.id));
  if (!Array.isArray(items)) throw new Error(`forEach: ${said(items)} is not a list`);
  if (items.length > MAX_ITEMS)
    throw new Error(
      `forEach: the list has ${items.length} items, at most ${MAX_ITEMS} are allowed; send them in several runs`,
    );
  return { type: 'FanOut', id: `${run.id}/${step.id}/1`, step: step.id, items: items as unknown[] };
}

/** Of the items: those that go on, and as many new ones as there are places. */
export function openItems(run: Run, step: PlanStep, state: StepState): readonly Command[] {
  const items = state.items!;
  const going = items.flatMap((item, n) => (isActive(item) ? itemCommands(run, step, n, item) : []));
  return [...going, ...freshItems(run, step, state).flatMap((n) => itemCommands(run, step, n, items[n]!))];
}

/** After an item ended. All that may begin but the last has been told to before. */
export function nextItem(run: Run, step: PlanStep, state: StepState): readonly Command[] {
  const fresh = freshItems(run, step, state);
  const last = fresh.length === freePlaces(step, state) ? fresh.at(-1) : undefined;
  return last === undefined ? [] : itemCommands(run, step, last, state.items![last]!);
}

export function itemCommands(run: Run, step: PlanStep, n: number, item: StepState): readonly Command[] {
  const path = itemPath(step.id, n);
  if (item.status === 'running') return one(run, step, path, item.attempt);
  if (item.status === 'retrying') return [retryTimer(run, path, item)];
  return item.status === 'pending' && !run.paused ? one(run, step, path, item.attempt + 1) : [];
}

/** An item that waits for its next attempt keeps its place. */
function freePlaces(step: PlanStep, { items = [] }: StepState): number {
  return step.forEach!.concurrency - items.filter(isActive).length;
}

/** Places in the list of the items that may begin now, in its order. */
function freshItems(run: Run, step: PlanStep, state: StepState): readonly number[] {
  const { items = [] } = state;
  if (run.paused || isStopped(run, step.id, items)) return [];
  const free = freePlaces(step, state);
  const fresh: number[] = [];
  for (let n = 0; n < items.length && fresh.length < free; n++) {
    if (items[n]!.status === 'pending' && items[n]!.attempt === 0) fresh.push(n);
  }
  return fresh;
}

function one(run: Run, step: PlanStep, path: string, attempt: number): readonly Command[] {
  try {
    return [work(run, step, path, attempt)];
  } catch (thrown) {
    return [failed(run, path, thrown)];
  }
}

export function retryTimer(run: Run, step: string, { attempt, dueAt }: StepState): Command {
  return {
    type: 'StartTimer',
    id: `${run.id}/${step}/${attempt}`,
    timer: { kind: 'retry', step, attempt },
    dueAt: dueAt!,
  };
}

export function waitTimer(run: Run, step: string, dueAt: number): Command {
  return { type: 'StartTimer', id: `${run.id}/${step}/wait`, timer: { kind: 'wait', step }, dueAt };
}

function said(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
