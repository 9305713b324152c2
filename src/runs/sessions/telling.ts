import type { EngineTelemetry, RunFacts } from '../../telemetry/index.js';
import type { Run, RunEvent } from '../../workflow/index.js';
import type { Attempt, AttemptOutcome } from './attempt.js';

/** Called when `event`, which says how the attempt ended, is durable. */
export function tellAttempt(
  telemetry: EngineTelemetry,
  run: RunFacts,
  attempt: Attempt,
  outcome: AttemptOutcome,
  event: RunEvent,
  to: number,
): void {
  const type = outcome.ok ? undefined : outcome.failure.type;
  telemetry.attemptEnded(run, attempt, statusOf(type), { from: attempt.startedAt, to }, type);
  if (event.type === 'StepRetryScheduled') telemetry.retryScheduled(run, attempt);
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
export function tellEnd(telemetry: EngineTelemetry, facts: RunFacts, run: Run): void {
  const { status, startedAt, createdAt, finishedAt, activeMs, costUsd } = run;
  telemetry.runEnded(facts, status, { from: startedAt ?? createdAt, to: finishedAt! }, activeMs, costUsd);
}
