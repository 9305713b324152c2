import { Logger } from '@nestjs/common';
import { type AttemptFacts, names, type RunTelemetry } from '../../telemetry/index.js';
import { computeUsd, type Run, type RunEvent } from '../../workflow/index.js';
import type { Attempt, AttemptOutcome } from './attempt.js';

/** Called when `event`, which says how the attempt ended, is durable. */
export function tellAttempt(
  telemetry: RunTelemetry,
  attempt: Attempt,
  outcome: AttemptOutcome,
  event: RunEvent,
  at: number,
): void {
  const failure = outcome.ok ? undefined : outcome.failure;
  attempt.telemetry.ended(statusOf(failure?.type), at, failure);
  if (event.type === 'StepRetryScheduled') telemetry.retryScheduled(attempt);
}

function statusOf(failure: string | undefined): string {
  switch (failure) {
    case undefined:
      return 'succeeded';
    case 'timeout':
      return 'timed_out';
    case 'cancelled':
      return 'cancelled';
    default:
      return 'failed';
  }
}

/** Called when the run's last event is durable. */
export function tellEnd(telemetry: RunTelemetry, run: Run): void {
  const { status, startedAt, createdAt, finishedAt, activeMs, error } = run;
  const took = { from: startedAt ?? createdAt, to: finishedAt! };
  telemetry.ended({ status, took, activeMs, computeUsd: computeUsd(run, activeMs), error });
  if (status === 'failed') telemetry.within(() => sayFailed(run));
}

const log = new Logger('run');

function sayFailed({ id, plan, error }: Run): void {
  const { workflowRunId, workflowId, errorType } = names.attribute;
  log.warn({
    msg: `${plan.id} failed: ${error?.message}`,
    [workflowRunId]: id,
    [workflowId]: plan.id,
    [errorType]: error?.type,
  });
}

/** When the run should have started: a schedule says so, else it was asked for at that moment. ms since 1970. */
export function dueAt({ trigger, createdAt }: Run): number {
  const due = trigger.scheduledFor === undefined ? Number.NaN : Date.parse(trigger.scheduledFor);
  return Number.isNaN(due) ? createdAt : due;
}

/** Attempts whose start stands in the log and whose end was lost with the process they ran in. */
export function attemptsInFlight({ plan, steps }: Run): AttemptFacts[] {
  return Object.entries(steps).flatMap(([step, { status, attempt }]) => {
    const { agent, action } = plan.steps.get(step)!;
    return status === 'running' ? [{ step, attempt, agent, action }] : [];
  });
}
