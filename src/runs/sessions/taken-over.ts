import type { AttemptFacts } from '../../telemetry/index.js';
import { type Command, leaves, planStep, type Run, type RunEvent } from '../../workflow/index.js';
import type { Course } from './course.js';

/** Attempts whose start stands in the log and whose end was lost with the process they ran in. */
export function attemptsInFlight(run: Run): AttemptFacts[] {
  return [...leaves(run)].flatMap(([step, { status, attempt }]) => {
    const plan = planStep(run.plan, step);
    return status === 'running' && plan?.kind === 'agent'
      ? [{ step, attempt, agent: plan.agent, action: plan.action }]
      : [];
  });
}

/** Those of them that really ran: a run that crashed before was driven one suspect at a time, and the others only stand as running. */
export function lostWith(
  crashes: number,
  inFlight: readonly AttemptFacts[],
  commands: readonly Command[],
): readonly AttemptFacts[] {
  const first = crashes === 0 ? undefined : commands.find((command) => command.type === 'InvokeAgent');
  return first ? inFlight.filter(({ step }) => step === first.step) : inFlight;
}

export function tellTakenOver(course: Course, lost: readonly AttemptFacts[]): void {
  course.draft.fact(() => {
    course.telemetry.takenOver();
    for (const attempt of lost) course.telemetry.attemptLost(attempt, 'lost');
  });
}

export function tellConvicted(course: Course, failed: RunEvent & { type: 'StepFailed' }): void {
  const step = planStep(course.run.plan, failed.step);
  if (step?.kind !== 'agent') return;
  const { agent, action } = step;
  course.draft.fact(() => course.telemetry.attemptLost({ ...failed, agent, action }, failed.error.type));
}
