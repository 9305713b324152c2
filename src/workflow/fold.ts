import { cancelRest, isSettled, withState } from './changes.js';
import type { RunEvent } from './events.js';
import { stateAt } from './paths.js';
import type { Plan } from './plan.js';
import type { Failure, Run, RunStatus, StepState } from './run.js';
import { attemptEnded, stepSkipped, stepStarted } from './step-events.js';
import { approvalDecided, childEnded, childStarted, eventReceived, stepWaiting, waitOver } from './wait-events.js';

export { activeMs, isSettled } from './changes.js';

const notStarted: StepState = { status: 'pending', attempt: 0 };

/** The run as its first event leaves it. */
export function createRun(plan: Plan, id: string, created: RunEvent & { type: 'RunCreated' }): Run {
  const steps: Record<string, StepState> = {};
  for (const step of plan.steps.keys()) steps[step] = created.kept?.[step] ?? notStarted;
  const open = Object.values(steps).filter((state) => !isSettled(state)).length;
  for (const step of plan.finally.keys()) steps[step] = notStarted;
  return {
    id,
    plan,
    status: 'queued',
    input: created.input,
    trigger: created.trigger,
    steps,
    unsettled: open,
    unsettledFinally: plan.finally.size,
    inFlight: 0,
    retrying: 0,
    waiting: 0,
    paused: false,
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

export function hasEnded(status: RunStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}

/**
 * The run after an event. Invariant: an event that does not fit the state (a second copy, a late result of an attempt
 * given up, anything after the end) returns the same object, so callers may test `next === run`.
 */
export function evolve(run: Run, event: RunEvent): Run {
  if (hasEnded(run.status)) return run;
  const next = changed(run, event);
  return next === run ? run : cancelRest(next, event.at);
}

function changed(run: Run, event: RunEvent): Run {
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
      return stepSkipped(run, event);
    case 'StepWaiting':
    case 'ApprovalRequested':
      return stepWaiting(run, event);
    case 'ChildStarted':
      return childStarted(run, event);
    case 'ApprovalDecided':
      return approvalDecided(run, event);
    case 'EventReceived':
      return eventReceived(run, event);
    case 'ChildEnded':
      return childEnded(run, event);
    case 'TimerFired':
      return timerFired(run, event);
    case 'RunPaused':
      return run.paused || run.ending || run.status === 'queued' ? run : { ...run, paused: true, status: 'paused' };
    case 'RunResumed':
      return run.paused ? resumed(run) : run;
    case 'RunCancelRequested':
      return cancelRequested(run, event);
    case 'CostReported':
      return { ...run, costUsd: run.costUsd + event.usd };
    case 'RunSucceeded':
      return run.unsettled + run.unsettledFinally === 0 && !run.ending
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

function timerFired(run: Run, event: RunEvent & { type: 'TimerFired' }): Run {
  const { timer, at } = event;
  if (timer.kind === 'runTimeout') return timedOut(run);
  if (timer.kind === 'wait') return waitOver(run, timer.step, at);
  const step = stateAt(run, timer.step);
  if (step?.status !== 'retrying' || step.attempt !== timer.attempt) return run;
  const { dueAt: _due, finishedAt: _finished, ...kept } = step;
  return withState(run, timer.step, at, { ...kept, status: 'pending' });
}

/** Once only `finally` is left, the run has done its work in time. */
function timedOut(run: Run): Run {
  if (run.ending || run.status === 'queued' || run.unsettled === 0) return run;
  const message = `the run took longer than its timeout of ${run.plan.timeoutMs} ms`;
  return resumed({
    ...run,
    ending: { status: 'failed', error: { type: 'timeout', code: 'CC_RUN_TIMEOUT', message } },
  });
}

function cancelRequested(run: Run, event: RunEvent & { type: 'RunCancelRequested' }): Run {
  const force = event.force === true;
  if (run.ending) return force && !run.ending.final ? { ...run, ending: { ...run.ending, final: true } } : run;
  // Nothing began, so there is nothing to clean up.
  const final = force || run.status === 'queued';
  return resumed({ ...run, ending: { status: 'cancelled', error: cancelled(event), ...(final && { final }) } });
}

function cancelled(event: RunEvent & { type: 'RunCancelRequested' }): Failure {
  const by = event.by === undefined ? '' : ` by ${event.by}`;
  const reason = event.reason === undefined ? '' : `: ${event.reason}`;
  return { type: 'cancelled', code: 'CC_RUN_CANCELLED', message: `the run was cancelled${by}${reason}` };
}

function resumed(run: Run): Run {
  if (!run.paused) return run;
  const waits = run.inFlight === 0 && run.retrying + run.waiting > 0;
  return { ...run, paused: false, status: waits ? 'waiting' : 'running' };
}

function ended(run: Run, at: number, end: Pick<Run, 'status' | 'output' | 'error'>): Run {
  const final = { status: 'cancelled', error: run.ending?.error ?? end.error!, final: true } as const;
  const { ending: _none, ...whole } = cancelRest({ ...run, ending: final }, at, 'all');
  return { ...whole, ...(run.ending && { ending: run.ending }), ...end, paused: false, finishedAt: at };
}
