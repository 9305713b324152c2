import { placeOf, planStep } from './paths.js';
import type { Failure, Run, StepState, StepStatus } from './run.js';

export function isSettled({ status }: StepState): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'skipped' || status === 'cancelled';
}

/** Begun, and not settled. */
export function isActive({ status, attempt }: StepState): boolean {
  return status === 'running' || status === 'retrying' || status === 'waiting' || (status === 'pending' && attempt > 0);
}

/** Wall time with at least one step executing, up to `at`. */
export function activeMs(run: Run, at: number): number {
  return run.activeSince === undefined ? run.activeMs : run.activeMs + Math.max(0, at - run.activeSince);
}

/** The run with another state of a step, or of an item; a step whose last item is settled is settled with it. */
export function withState(run: Run, path: string, at: number, state: StepState): Run {
  const { id, item } = placeOf(path);
  const before = run.steps[id]!;
  if (item === undefined) return counted(withStep(run, id, before, state), before, state, at);
  const items = before.items!.with(item, state);
  const step = settledByItems(run, id, { ...before, items }, at);
  return counted(withStep(run, id, before, step), before.items![item]!, state, at);
}

function withStep(run: Run, id: string, before: StepState, step: StepState): Run {
  const next: Mutable<Run> = { ...run, steps: { ...run.steps, [id]: step } };
  const settled = Number(isSettled(step)) - Number(isSettled(before));
  if (run.plan.steps.has(id)) next.unsettled -= settled;
  else next.unsettledFinally -= settled;
  return next;
}

/** Counts of what goes on, and the run's status and active time that hang on them. */
function counted(run: Run, before: StepState, after: StepState, at: number): Run {
  const change = (status: StepStatus) => Number(isLeafIn(after, status)) - Number(isLeafIn(before, status));
  const inFlight = run.inFlight + change('running');
  const retrying = run.retrying + change('retrying');
  const waiting = run.waiting + change('waiting');
  const next: Mutable<Run> = { ...run, inFlight, retrying, waiting };
  next.status = run.paused ? 'paused' : inFlight === 0 && retrying + waiting > 0 ? 'waiting' : 'running';
  if (inFlight > 0 && run.inFlight === 0) next.activeSince = at;
  if (inFlight === 0 && run.inFlight > 0) {
    next.activeMs = activeMs(run, at);
    next.activeSince = undefined;
  }
  return next;
}

/** A step that was fanned out is `running` too, by its items. */
function isLeafIn(state: StepState, status: StepStatus): boolean {
  return state.status === status && state.items === undefined;
}

/** A failed item stops the items that have not begun, where the workflow says so. */
export function isStopped(run: Run, id: string, items: readonly StepState[]): boolean {
  const stops = planStep(run.plan, id)!.forEach!.onItemFailure === 'stop';
  return stops && items.some(({ status }) => status === 'failed' || status === 'cancelled');
}

export function settledByItems(run: Run, id: string, step: StepState, at: number): StepState {
  const items = step.items!;
  if (items.some(isActive)) return step;
  const rest = items.some(({ status }) => status === 'pending');
  if (rest && !isStopped(run, id, items)) return step;
  return settledStep(step, items.map((item) => (item.status === 'pending' ? { ...item, status: 'skipped' } : item)), at); // prettier-ignore
}

/** Outputs in the order of the list; of a step with failed items as well, for those who go on in spite of it. */
function settledStep(step: StepState, items: readonly StepState[], at: number): StepState {
  const output = items.map((item) => item.output ?? null);
  const failed = items.findIndex(({ status }) => status === 'failed' || status === 'cancelled');
  if (failed === -1) return { ...step, items, status: 'succeeded', output, finishedAt: at };
  return { ...step, items, output, status: 'failed', error: itemsFailed(items, failed), finishedAt: at };
}

function itemsFailed(items: readonly StepState[], first: number): Failure {
  const count = items.filter(({ status }) => status === 'failed' || status === 'cancelled').length;
  const { type, message } = items[first]!.error!;
  return {
    type,
    code: 'CC_ITEMS_FAILED',
    message: `${count} of ${items.length} items failed; the first is [${first}]: ${message}`,
  };
}

/**
 * A run that is ending begins nothing: once nothing goes on any more, what has not begun is cancelled, `finally` apart
 * unless the end is final. `all`: whatever goes on, it is over now.
 */
export function cancelRest(run: Run, at: number, all?: 'all'): Run {
  if (!run.ending || (!all && run.inFlight + run.waiting > 0)) return run;
  const { final } = run.ending;
  // While steps of finally go on no other is open, so nothing that goes on is cancelled here unless it is to be.
  if (run.unsettled === 0 && !(final && run.unsettledFinally > 0)) return run;
  const steps: Record<string, StepState> = {};
  for (const [id, step] of Object.entries(run.steps)) {
    steps[id] = isSettled(step) || (!final && run.plan.finally.has(id)) ? step : cancelledStep(step, at);
  }
  const counts = { unsettled: 0, ...(final && { unsettledFinally: 0 }), inFlight: 0, retrying: 0, waiting: 0 };
  return { ...run, steps, ...counts, activeMs: activeMs(run, at), activeSince: undefined };
}

function cancelledStep(step: StepState, at: number): StepState {
  const { dueAt: _due, wait: _wait, ...kept } = step;
  const items = step.items?.map((item) => (isSettled(item) ? item : cancelledStep(item, at)));
  return { ...kept, ...(items && { items }), status: 'cancelled', finishedAt: at };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
