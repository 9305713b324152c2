import { messageOf } from '../errors/index.js';
import type { Command, RunEvent } from './events.js';
import { evolve, hasEnded, isSettled } from './fold.js';
import { needsStatus } from './needs.js';
import type { PlanStep } from './plan.js';
import type { Failure, Run, StepState } from './run.js';
import { scopeOf } from './scope.js';

export interface Advanced {
  readonly run: Run;
  readonly commands: readonly Command[];
}

/**
 * All decisions about a run. Invariants, each with a test in advance.spec.ts:
 * A1 any event twice changes nothing and commands nothing (but CostReported, which adds up: the log's key keeps it single);
 * A2 a finished run takes no event;
 * A3 every command is in `outstanding` of the run it came with, until its event arrives;
 * A4 every run ends: when nothing is in flight and no timer is set, `outstanding` is never empty.
 */
export function advance(run: Run, event: RunEvent): Advanced {
  const next = evolve(run, event);
  return next === run ? { run, commands: [] } : { run: next, commands: consequences(run, next, event) };
}

/** Everything that is still to be done, from the state alone: what a replica that takes the run over carries out. */
export function outstanding(run: Run): readonly Command[] {
  if (hasEnded(run.status)) return [];
  if (run.ending) return run.inFlight > 0 ? aborts(run) : [finish(run)];
  if (run.status === 'queued') return [];
  const commands: Command[] = [];
  for (const step of run.plan.steps.values()) pushStep(commands, run, step);
  if (run.unsettled === 0) commands.push(finish(run));
  else pushRunTimeout(commands, run);
  return commands;
}

function consequences(before: Run, run: Run, event: RunEvent): readonly Command[] {
  if (hasEnded(run.status)) return [];
  if (run.ending) {
    if (run.inFlight === 0) return [finish(run)];
    return before.ending ? [] : aborts(run);
  }
  switch (event.type) {
    case 'RunStarted':
      return outstanding(run);
    case 'StepRetryScheduled':
      return [retryTimer(run, event.step, run.steps[event.step]!)];
    case 'TimerFired':
      return event.timer.kind === 'retry' ? forSteps(run, [event.timer.step]) : [];
    case 'StepSucceeded':
    case 'StepFailed':
    case 'StepSkipped':
      return run.unsettled === 0 ? [finish(run)] : forSteps(run, run.plan.steps.get(event.step)!.dependents);
    default:
      return [];
  }
}

function forSteps(run: Run, ids: readonly string[]): readonly Command[] {
  const commands: Command[] = [];
  for (const id of ids) pushStep(commands, run, run.plan.steps.get(id)!);
  return commands;
}

function pushStep(commands: Command[], run: Run, step: PlanStep): void {
  const state = run.steps[step.id]!;
  if (state.status === 'running') commands.push(invoke(run, step, state.attempt));
  else if (state.status === 'retrying') commands.push(retryTimer(run, step.id, state));
  else if (state.status === 'pending' && step.needs.every((need) => isSettled(run.steps[need]!)))
    commands.push(begin(run, step, state));
}

/** A step whose needs are settled: invoke, skip, or fail it because its `if` cannot be evaluated. */
function begin(run: Run, step: PlanStep, state: StepState): Command {
  if (state.attempt > 0) return invoke(run, step, state.attempt + 1); // `if` was decided before the first attempt
  const needs = needsStatus(run, step);
  if (!step.if?.usesStatus) {
    if (needs.failure) return skip(run, step, 'a needed step failed');
    if (needs.skipped) return skip(run, step, 'a needed step was skipped');
  }
  if (step.if === undefined) return invoke(run, step, 1);
  try {
    return step.if.evaluate(scopeOf(run), needs) ? invoke(run, step, 1) : skip(run, step, 'if is false');
  } catch (thrown) {
    const error: Failure = { type: 'terminal', code: 'CC_EXPRESSION_FAILED', message: messageOf(thrown) };
    return { type: 'FailStep', id: `${run.id}/${step.id}/0`, step: step.id, error };
  }
}

function invoke(run: Run, step: PlanStep, attempt: number): Command {
  const { agent, action } = step;
  return { type: 'InvokeAgent', id: `${run.id}/${step.id}/${attempt}`, step: step.id, attempt, agent, action };
}

function skip(run: Run, step: PlanStep, reason: string): Command {
  return { type: 'SkipStep', id: `${run.id}/${step.id}/0`, step: step.id, reason };
}

function retryTimer(run: Run, step: string, { attempt, dueAt }: StepState): Command {
  return {
    type: 'StartTimer',
    id: `${run.id}/${step}/${attempt}`,
    timer: { kind: 'retry', step, attempt },
    dueAt: dueAt!,
  };
}

function pushRunTimeout(commands: Command[], run: Run): void {
  if (run.plan.timeoutMs === undefined || run.startedAt === undefined) return;
  const dueAt = run.startedAt + run.plan.timeoutMs;
  commands.push({ type: 'StartTimer', id: `${run.id}//timeout`, timer: { kind: 'runTimeout' }, dueAt });
}

function aborts(run: Run): readonly Command[] {
  const commands: Command[] = [];
  for (const [step, { status, attempt }] of Object.entries(run.steps)) {
    if (status !== 'running') continue;
    commands.push({ type: 'AbortStep', id: `${run.id}/${step}/${attempt}`, step, attempt, error: run.ending!.error });
  }
  return commands;
}

function finish(run: Run): Command {
  const id = run.id;
  if (run.ending) return { type: 'FinishRun', id, ...run.ending };
  for (const step of run.plan.steps.values()) {
    const { status, error } = run.steps[step.id]!;
    const failed = (status === 'failed' || status === 'cancelled') && !step.continueOnError;
    if (failed) return { type: 'FinishRun', id, status: 'failed', error: { ...error!, step: step.id } };
  }
  try {
    return { type: 'FinishRun', id, status: 'succeeded', output: run.plan.output?.evaluate(scopeOf(run)) ?? null };
  } catch (thrown) {
    const error: Failure = { type: 'terminal', code: 'CC_EXPRESSION_FAILED', message: `output: ${messageOf(thrown)}` };
    return { type: 'FinishRun', id, status: 'failed', error };
  }
}
