import type { RunEvent } from './events.js';
import type { Plan } from './plan.js';
import type { Failure, Run, RunStatus, StepState } from './run.js';

const notStarted: StepState = { status: 'pending', attempt: 0 };

/** The run as its first event leaves it. */
export function createRun(plan: Plan, id: string, created: RunEvent & { type: 'RunCreated' }): Run {
  const steps: Record<string, StepState> = {};
  for (const step of plan.steps.keys()) steps[step] = notStarted;
  return {
    id,
    plan,
    status: 'queued',
    input: created.input,
    trigger: created.trigger,
    steps,
    unsettled: plan.steps.size,
    inFlight: 0,
    retrying: 0,
    costUsd: 0,
    activeMs: 0,
    activeSince: undefined,
    createdAt: created.at,
  };
}

/** The run that a whole log describes. The log starts with RunCreated. */
export function foldRun(plan: Plan, id: string, log: readonly RunEvent[]): Run {
  const [created, ...rest] = log;
  if (created?.type !== 'RunCreated') throw new TypeError(`the log of run ${id} does not start with RunCreated`);
  return rest.reduce(evolve, createRun(plan, id, created));
}

/** Wall time with at least one step executing, up to `at`. */
export function activeMs(run: Run, at: number): number {
  return run.activeSince === undefined ? run.activeMs : run.activeMs + Math.max(0, at - run.activeSince);
}

export function hasEnded(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/**
 * The run after an event. Invariant: an event that does not fit the state (a second copy, a late result of an attempt
 * given up, anything after the end) returns the same object, so callers may test `next === run`.
 */
export function evolve(run: Run, event: RunEvent): Run {
  if (hasEnded(run.status)) return run;
  switch (event.type) {
    case 'RunCreated':
    case 'RunTakenOver':
      return run;
    case 'RunStarted':
      return run.status === 'queued' ? { ...run, status: 'running', startedAt: event.at } : run;
    case 'StepStarted':
      return stepStarted(run, event);
    case 'StepSucceeded':
    case 'StepFailed':
    case 'StepRetryScheduled':
      return attemptEnded(run, event);
    case 'StepSkipped':
      if (run.steps[event.step]?.status !== 'pending') return run;
      return withStep(run, event, { status: 'skipped', attempt: 0, finishedAt: event.at }, { unsettled: -1 });
    case 'TimerFired':
      return timerFired(run, event);
    case 'RunCancelRequested':
      return run.ending ? run : { ...run, ending: { status: 'cancelled', error: cancelled(event) } };
    case 'CostReported':
      return { ...run, costUsd: run.costUsd + event.usd };
    case 'RunSucceeded':
      return run.unsettled === 0 && !run.ending
        ? ended(run, event.at, { status: 'succeeded', output: event.output })
        : run;
    case 'RunFailed':
      return ended(run, event.at, { status: 'failed', error: event.error });
    case 'RunCancelled':
      return ended(run, event.at, { status: 'cancelled', error: event.error });
    default:
      return unknownEvent(event);
  }
}

/** From a newer version of the hub: to guess what it did to the run would be worse than not to drive it. */
function unknownEvent(event: never): never {
  throw new TypeError(`this version of the hub does not know the event ${(event as RunEvent).type}`);
}

function stepStarted(run: Run, event: RunEvent & { type: 'StepStarted' }): Run {
  const step = run.steps[event.step];
  if (run.ending || run.status === 'queued') return run;
  if (step?.status !== 'pending' || event.attempt !== step.attempt + 1) return run;
  const startedAt = step.startedAt ?? event.at;
  return withStep(run, event, { status: 'running', attempt: event.attempt, startedAt }, { inFlight: 1 });
}

type AttemptEnd = RunEvent & { type: 'StepSucceeded' | 'StepFailed' | 'StepRetryScheduled' };

function attemptEnded(run: Run, event: AttemptEnd): Run {
  const step = run.steps[event.step];
  if (step === undefined || event.attempt !== step.attempt) return run;
  // A step may also fail before its first attempt: its `if` could not be evaluated.
  const inFlight = step.status === 'running' ? -1 : 0;
  if (inFlight === 0 && !(step.status === 'pending' && event.type === 'StepFailed')) return run;
  const times = { ...(step.startedAt !== undefined && { startedAt: step.startedAt }), finishedAt: event.at };
  const { attempt } = event;
  switch (event.type) {
    case 'StepSucceeded':
      return withStep(
        run,
        event,
        { status: 'succeeded', attempt, output: event.output, ...times },
        { inFlight, unsettled: -1 },
      );
    case 'StepRetryScheduled': {
      const state: StepState = { status: 'retrying', attempt, error: event.error, dueAt: event.dueAt, ...times };
      return withStep(run, event, state, { inFlight, retrying: 1 });
    }
    case 'StepFailed': {
      const status = event.error.type === 'cancelled' ? 'cancelled' : 'failed';
      const next = withStep(run, event, { status, attempt, error: event.error, ...times }, { inFlight, unsettled: -1 });
      // A convicted step ends the run whatever its other steps say: re-driving any of them would risk the process again.
      if (event.error.type !== 'quarantined' || next.ending) return next;
      return { ...next, ending: { status: 'failed', error: { ...event.error, step: event.step } } };
    }
  }
}

function timerFired(run: Run, event: RunEvent & { type: 'TimerFired' }): Run {
  const { timer } = event;
  if (timer.kind === 'runTimeout') {
    const error: Failure = {
      type: 'timeout',
      code: 'CC_RUN_TIMEOUT',
      message: `the run took longer than its timeout of ${run.plan.timeoutMs} ms`,
    };
    return run.ending || run.status === 'queued' ? run : { ...run, ending: { status: 'failed', error } };
  }
  const step = run.steps[timer.step];
  if (step?.status !== 'retrying' || step.attempt !== timer.attempt) return run;
  const { dueAt: _due, finishedAt: _finished, ...kept } = step;
  return withStep(run, { step: timer.step, at: event.at }, { ...kept, status: 'pending' }, { retrying: -1 });
}

function ended(run: Run, at: number, end: Pick<Run, 'status' | 'output' | 'error'>): Run {
  const steps: Record<string, StepState> = {};
  for (const [id, step] of Object.entries(run.steps))
    steps[id] = isSettled(step) ? step : { ...step, status: 'cancelled', finishedAt: at };
  const active = { activeMs: activeMs(run, at), activeSince: undefined };
  return { ...run, ...end, ...active, steps, unsettled: 0, inFlight: 0, retrying: 0, finishedAt: at };
}

export function isSettled(step: StepState): boolean {
  const { status } = step;
  return status === 'succeeded' || status === 'failed' || status === 'skipped' || status === 'cancelled';
}

interface Counts {
  readonly unsettled?: number;
  readonly inFlight?: number;
  readonly retrying?: number;
}

function withStep(run: Run, { step: id, at }: { step: string; at: number }, step: StepState, by: Counts): Run {
  const inFlight = run.inFlight + (by.inFlight ?? 0);
  const retrying = run.retrying + (by.retrying ?? 0);
  const next: Mutable<Run> = {
    ...run,
    status: inFlight === 0 && retrying > 0 ? 'waiting' : 'running',
    steps: { ...run.steps, [id]: step },
    unsettled: run.unsettled + (by.unsettled ?? 0),
    inFlight,
    retrying,
  };
  if (inFlight === 1 && run.inFlight === 0) next.activeSince = at;
  if (inFlight === 0 && run.inFlight === 1) {
    next.activeMs = activeMs(run, at);
    next.activeSince = undefined;
  }
  return next;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function cancelled(event: RunEvent & { type: 'RunCancelRequested' }): Failure {
  const by = event.by === undefined ? '' : ` by ${event.by}`;
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  return { type: 'cancelled', code: 'CC_RUN_CANCELLED', message: `the run was cancelled${by}${reason}` };
}
