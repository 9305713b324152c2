import { withState } from './changes.js';
import type { RunEvent } from './events.js';
import { planStep, stateAt } from './paths.js';
import type { Failure, Run, StepState, Wait } from './run.js';
import { mayBegin } from './step-events.js';

type Of<Type extends RunEvent['type']> = RunEvent & { readonly type: Type };
type WaitOf<Kind extends Wait['kind']> = Wait & { readonly kind: Kind };

export function stepWaiting(run: Run, event: Of<'StepWaiting' | 'ApprovalRequested'>): Run {
  if (event.type === 'StepWaiting') return waits(run, event, event.wait);
  const { message, approvers, dueAt } = event;
  return waits(run, event, { kind: 'approval', message, approvers, ...(dueAt !== undefined && { dueAt }) });
}

/** Also when the run is ending by now: the other run was started, and is to be ended with this one. */
export function childStarted(run: Run, event: Of<'ChildStarted'>): Run {
  const { step: path, child, at } = event;
  const plan = planStep(run.plan, path);
  if (plan?.kind !== 'workflow') return run;
  if (plan.wait) return waits(run, event, { kind: 'workflow', child });
  if (stateAt(run, path)?.status !== 'pending') return run;
  return withState(run, path, at, {
    status: 'succeeded',
    attempt: 1,
    output: { id: child },
    startedAt: at,
    finishedAt: at,
  });
}

function waits(run: Run, { step: path, at }: { readonly step: string; readonly at: number }, wait: Wait): Run {
  if (stateAt(run, path)?.status !== 'pending') return run;
  if (planStep(run.plan, path)!.kind !== wait.kind) return run;
  if (wait.kind !== 'workflow' && !mayBegin(run, path)) return run;
  return withState(run, path, at, { status: 'waiting', attempt: 1, wait, startedAt: at });
}

/** The instant that a step waits until has come. */
export function waitOver(run: Run, path: string, at: number): Run {
  const wait = stateAt(run, path)?.wait;
  switch (wait?.kind) {
    case 'sleep':
      return settled(run, path, at, { status: 'succeeded', output: null });
    case 'event':
      return wait.dueAt === undefined ? run : settled(run, path, at, { status: 'failed', error: noEvent(run, path) });
    case 'approval':
      if (wait.dueAt === undefined || wait.expiring) return run;
      return withState(run, path, at, { ...stateAt(run, path)!, wait: { ...wait, expiring: true } });
    default:
      return run;
  }
}

function noEvent(run: Run, path: string): Failure {
  const step = planStep(run.plan, path);
  const type = step?.kind === 'event' ? step.type : '';
  return { type: 'timeout', code: 'CC_WAIT_TIMEOUT', message: `no event ${type} came that step ${path} waits for` };
}

export function eventReceived(run: Run, { step, event, at }: Of<'EventReceived'>): Run {
  return waitsFor(run, step, 'event') ? settled(run, step, at, { status: 'succeeded', output: event }) : run;
}

export function approvalDecided(run: Run, event: Of<'ApprovalDecided'>): Run {
  const { step: path, at, decision, by, comment, data } = event;
  if (!waitsFor(run, path, 'approval')) return run;
  const plan = planStep(run.plan, path);
  const late = decision === 'expired' && plan?.kind === 'approval' ? plan.onTimeout : undefined;
  if (decision === 'approve' || late === 'approve') {
    const output = { decision: 'approve', by: by ?? null, comment: comment ?? null, data: data ?? null };
    return settled(run, path, at, { status: 'succeeded', output: { ...output, ...(late && { expired: true }) } });
  }
  const error = refusal(event);
  return settled(run, path, at, { status: error.type === 'cancelled' ? 'cancelled' : 'failed', error });
}

function refusal({ step, decision, by, comment }: Of<'ApprovalDecided'>): Failure {
  if (decision === 'expired')
    return { type: 'timeout', code: 'CC_APPROVAL_EXPIRED', message: `nobody decided on step ${step} in time` };
  if (decision === 'cancelled')
    return { type: 'cancelled', code: 'CC_RUN_CANCELLED', message: `the run ended before step ${step} was decided` };
  const why = comment === undefined || comment === '' ? '' : `: ${comment}`;
  return {
    type: 'terminal',
    code: 'CC_APPROVAL_REJECTED',
    message: `step ${step} was rejected by ${by ?? 'somebody'}${why}`,
  };
}

/** The other run may be quicker than the news that it was started, which is lost with the replica that started it. */
export function childEnded(before: Run, event: Of<'ChildEnded'>): Run {
  const { step: path, child, at, status, output, error } = event;
  const run = childStarted(before, { type: 'ChildStarted', at, step: path, child });
  if (waitsFor(run, path, 'workflow')?.child !== child) return before;
  if (status === 'succeeded') return settled(run, path, at, { status: 'succeeded', output: output ?? null });
  if (status === 'cancelled' && run.ending) {
    return settled(run, path, at, { status: 'cancelled', error: { ...run.ending.error, type: 'cancelled' } });
  }
  const what = `run ${child} ${status === 'cancelled' ? 'was cancelled' : 'failed'}`;
  const failure: Failure = {
    type: status === 'cancelled' ? 'terminal' : (error?.type ?? 'terminal'),
    code: 'CC_CHILD_FAILED',
    message: error === undefined ? what : `${what}: ${error.message}`,
    ...(error && { cause: error.code }),
  };
  return settled(run, path, at, { status: 'failed', error: failure });
}

function waitsFor<Kind extends Wait['kind']>(run: Run, path: string, kind: Kind): WaitOf<Kind> | undefined {
  const wait = stateAt(run, path)?.wait;
  return wait?.kind === kind ? (wait as WaitOf<Kind>) : undefined;
}

function settled(run: Run, path: string, at: number, end: Pick<StepState, 'status' | 'output' | 'error'>): Run {
  const { attempt, startedAt } = stateAt(run, path)!;
  return withState(run, path, at, { attempt, ...(startedAt !== undefined && { startedAt }), ...end, finishedAt: at });
}
