import { isSettled, settledByItems, withState } from './changes.js';
import type { RunEvent } from './events.js';
import { placeOf, planStep, stateAt } from './paths.js';
import type { Run, StepState } from './run.js';

type Of<Type extends RunEvent['type']> = RunEvent & { readonly type: Type };

const notStarted: StepState = { status: 'pending', attempt: 0 };

/** Whether a step may begin at all: a paused run begins nothing, one that is ending nothing but its `finally`. */
export function mayBegin(run: Run, path: string): boolean {
  if (run.paused || run.status === 'queued') return false;
  if (!run.plan.finally.has(path)) return !run.ending;
  return run.unsettled === 0 && !run.ending?.final;
}

export function stepStarted(run: Run, { step: path, attempt, at, items }: Of<'StepStarted'>): Run {
  const step = stateAt(run, path);
  const { id, item } = placeOf(path);
  if (step?.status !== 'pending' || attempt !== step.attempt + 1 || !mayBegin(run, id)) return run;
  const fans = item === undefined && planStep(run.plan, id)!.forEach !== undefined;
  if (fans !== (items !== undefined)) return run;
  const started: StepState = { status: 'running', attempt, startedAt: step.startedAt ?? at };
  if (items === undefined) return withState(run, path, at, started);
  const fanned = { ...started, list: items, items: items.map(() => notStarted) };
  return withState(run, path, at, settledByItems(run, path, fanned, at));
}

export function stepSkipped(run: Run, { step, at }: Of<'StepSkipped'>): Run {
  if (run.steps[step]?.status !== 'pending') return run;
  return withState(run, step, at, { status: 'skipped', attempt: 0, finishedAt: at });
}

export function attemptEnded(run: Run, event: Of<'StepSucceeded' | 'StepFailed' | 'StepRetryScheduled'>): Run {
  const { step: path, at, attempt } = event;
  const step = stateAt(run, path);
  if (step === undefined || step.items !== undefined || attempt !== step.attempt) return run;
  // A step may also fail before its first attempt (its `if` could not be evaluated), and what it waits for may be given up.
  const open =
    step.status === 'running' || (event.type === 'StepFailed' && !isSettled(step) && step.status !== 'retrying');
  if (!open) return run;
  const times = { ...(step.startedAt !== undefined && { startedAt: step.startedAt }), finishedAt: at };
  switch (event.type) {
    case 'StepSucceeded':
      return withState(run, path, at, { status: 'succeeded', attempt, output: event.output, ...times });
    case 'StepRetryScheduled': {
      const { error, dueAt } = event;
      return withState(run, path, at, { status: 'retrying', attempt, error, dueAt, ...times });
    }
    case 'StepFailed': {
      const { error } = event;
      const status = error.type === 'cancelled' ? 'cancelled' : 'failed';
      const next = withState(run, path, at, { status, attempt, error, ...times });
      return error.type === 'quarantined' ? convicted(next, event) : next;
    }
  }
}

/** A convicted step ends the run whatever its other steps say: re-driving any of them would risk the process again. */
function convicted(run: Run, { step, error }: Of<'StepFailed'>): Run {
  const final = run.plan.finally.has(placeOf(step).id);
  if (run.ending) return final ? { ...run, ending: { ...run.ending, final } } : run;
  return { ...run, ending: { status: 'failed', error: { ...error, step }, ...(final && { final }) } };
}
