import { begin, itemCommands, nextItem, openItems, retryTimer, waitTimer } from './begin.js';
import type { Command, RunEvent } from './events.js';
import { evolve, hasEnded, isSettled } from './fold.js';
import { finish } from './finish.js';
import { leaves, placeOf, planStep, stateAt } from './paths.js';
import type { PlanStep } from './plan.js';
import type { Run, StepState } from './run.js';

export interface Advanced {
  readonly run: Run;
  readonly commands: readonly Command[];
}

/**
 * All decisions about a run. Invariants, each with a test in advance.spec.ts:
 * A1 any event twice changes nothing and commands nothing (but CostReported, which adds up: the log's key keeps it single);
 * A2 a finished run takes no event;
 * A3 every command is in `outstanding` of the run it came with, until its event arrives (but ForgetEvent, which only tidies up);
 * A4 every run ends: when nothing goes on and no timer is set, `outstanding` is never empty, unless the run is paused.
 */
export function advance(run: Run, event: RunEvent): Advanced {
  const next = evolve(run, event);
  if (next === run) return { run, commands: [] };
  return { run: next, commands: [...tidying(next, event), ...consequences(run, next, event)] };
}

/** Everything that is still to be done, from the state alone: what a replica that takes the run over carries out. */
export function outstanding(run: Run): readonly Command[] {
  if (hasEnded(run.status)) return [];
  if (run.ending && (run.unsettled > 0 || run.ending.final)) return goesOn(run) ? aborts(run) : [finish(run)];
  if (run.status === 'queued') return [];
  const commands: Command[] = [];
  pushAll(commands, run);
  return commands;
}

/** The steps of `steps`; once they are settled, those of `finally`; then the end. */
function pushAll(commands: Command[], run: Run): void {
  if (run.unsettled > 0) {
    for (const step of run.plan.steps.values()) pushStep(commands, run, step);
    pushRunTimeout(commands, run);
  } else if (run.unsettledFinally > 0) {
    for (const step of run.plan.finally.values()) pushStep(commands, run, step);
  } else if (!run.paused) commands.push(finish(run));
}

function goesOn(run: Run): boolean {
  return run.inFlight + run.waiting > 0;
}

/** An event that came too late is not waited for any more. */
function tidying(run: Run, event: RunEvent): readonly Command[] {
  if (event.type !== 'TimerFired' || event.timer.kind !== 'wait') return [];
  const { step } = event.timer;
  const over = planStep(run.plan, step)!.kind === 'event' && isSettled(stateAt(run, step)!);
  return over ? [{ type: 'ForgetEvent', id: `${run.id}/${step}`, step }] : [];
}

function consequences(before: Run, run: Run, event: RunEvent): readonly Command[] {
  if (hasEnded(run.status)) return [];
  const phaseIsOver = before.unsettled > 0 && run.unsettled === 0;
  const isEnding = run.ending !== before.ending;
  if (phaseIsOver || isEnding || event.type === 'RunStarted' || event.type === 'RunResumed') return outstanding(run);
  if (run.ending && (run.unsettled > 0 || run.ending.final)) return goesOn(run) ? lateChild(run, event) : [finish(run)];
  switch (event.type) {
    case 'StepRetryScheduled':
      return [retryTimer(run, event.step, stateAt(run, event.step)!)];
    case 'StepStarted':
      return event.items === undefined ? [] : settledOr(run, event.step, forStep);
    case 'StepWaiting':
    case 'ApprovalRequested':
      return forStep(run, event.step);
    case 'TimerFired':
      return event.timer.kind === 'runTimeout' ? [] : settledOr(run, event.timer.step, forStep);
    case 'StepSucceeded':
    case 'StepFailed':
    case 'StepSkipped':
    case 'ApprovalDecided':
    case 'EventReceived':
    case 'ChildEnded':
      return after(run, event.step);
    case 'ChildStarted':
      return settledOr(run, event.step, () => []);
    default:
      return [];
  }
}

/** It was being started when the run began to end. */
function lateChild(run: Run, event: RunEvent): readonly Command[] {
  if (event.type !== 'ChildStarted') return [];
  return aborts(run).filter((command) => 'step' in command && command.step === event.step);
}

function settledOr(run: Run, path: string, otherwise: (run: Run, path: string) => readonly Command[]) {
  return isSettled(stateAt(run, path)!) ? after(run, path) : otherwise(run, path);
}

/** What follows from the end of a step or item: the next item, or the steps that need it, or the end of the run. */
function after(run: Run, path: string): readonly Command[] {
  const { id } = placeOf(path);
  const state = run.steps[id]!;
  const step = planStep(run.plan, id)!;
  if (!isSettled(state)) return nextItem(run, step, state);
  if (run.unsettled + run.unsettledFinally === 0) return run.paused ? [] : [finish(run)];
  const commands: Command[] = [];
  const { finally: last, steps } = run.plan;
  for (const dependent of step.dependents) pushStep(commands, run, (steps.get(dependent) ?? last.get(dependent))!);
  return commands;
}

function forStep(run: Run, path: string): readonly Command[] {
  const step = planStep(run.plan, path)!;
  const { item } = placeOf(path);
  if (item !== undefined) return itemCommands(run, step, item, run.steps[step.id]!.items![item]!);
  const commands: Command[] = [];
  pushStep(commands, run, step);
  return commands;
}

function pushStep(commands: Command[], run: Run, step: PlanStep): void {
  const state = run.steps[step.id]!;
  if (state.items !== undefined) {
    if (state.status === 'running') commands.push(...openItems(run, step, state));
  } else if (state.status === 'running') commands.push(...begin(run, step, state));
  else if (state.status === 'retrying') commands.push(retryTimer(run, step.id, state));
  else if (state.status === 'waiting') pushWait(commands, run, step.id, state);
  else if (state.status === 'pending' && !run.paused && step.needs.every((need) => isSettled(run.steps[need]!)))
    commands.push(...begin(run, step, state));
}

/** What stands while a step waits. */
function pushWait(commands: Command[], run: Run, path: string, { wait }: StepState): void {
  const names = { id: `${run.id}/${path}`, step: path };
  if (wait?.kind === 'event') commands.push({ type: 'AwaitEvent', ...names });
  if (wait?.kind === 'approval') commands.push({ type: 'RequestApproval', ...names });
  if (wait?.kind === 'approval' && wait.expiring) commands.push({ type: 'ExpireApproval', ...names });
  else if (wait !== undefined && 'dueAt' in wait) commands.push(waitTimer(run, path, wait.dueAt!));
}

function pushRunTimeout(commands: Command[], run: Run): void {
  if (run.plan.timeoutMs === undefined || run.startedAt === undefined) return;
  const dueAt = run.startedAt + run.plan.timeoutMs;
  commands.push({ type: 'StartTimer', id: `${run.id}//timeout`, timer: { kind: 'runTimeout' }, dueAt });
}

function aborts(run: Run): readonly Command[] {
  const commands: Command[] = [];
  for (const [step, { status, attempt }] of leaves(run)) {
    if (status !== 'running' && status !== 'waiting') continue;
    commands.push({ type: 'AbortStep', id: `${run.id}/${step}/${attempt}`, step, attempt, error: run.ending!.error });
  }
  return commands;
}
