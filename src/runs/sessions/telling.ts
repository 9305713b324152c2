import { Logger } from '@nestjs/common';
import { names, type RunFacts, type RunTelemetry } from '../../telemetry/index.js';
import { computeUsd, hasEnded, leaves, type Run, type RunEvent, stateAt, type Trigger } from '../../workflow/index.js';
import type { RunSignal } from '../journal/run-write.js';
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

/** Some step began in this run; what a rerun keeps began before it. */
export function hasBegun(run: Run): boolean {
  return Object.values(run.steps).some(({ startedAt }) => startedAt !== undefined && startedAt >= run.createdAt);
}

export function beginsStep({ type }: RunEvent): boolean {
  return type === 'StepStarted' || type === 'StepWaiting' || type === 'ApprovalRequested' || type === 'ChildStarted';
}

type Tell = (telemetry: RunTelemetry) => void;

/** What there is to tell of the waits that an event ended: for another attempt, a time, an event or a decision. */
export function tellWaited(before: Run, after: Run, event: RunEvent): readonly Tell[] {
  return touched(before, after, event).flatMap((step) => toldOf(step, before, after, event) ?? []);
}

/** The step that the event is about; where the rest of the run is cancelled with it, whatever waits. */
function touched(before: Run, after: Run, event: RunEvent): readonly string[] {
  const over = hasEnded(after.status) || (after.ending !== undefined && after.inFlight + after.waiting === 0);
  if (over) return before.waiting + before.retrying === 0 ? [] : [...leaves(before)].map(([path]) => path);
  if (event.type === 'TimerFired') return event.timer.kind === 'runTimeout' ? [] : [event.timer.step];
  return 'step' in event ? [event.step] : [];
}

function toldOf(step: string, before: Run, after: Run, event: RunEvent): Tell | undefined {
  const was = stateAt(before, step);
  if (was?.status !== 'waiting' && was?.status !== 'retrying') return undefined;
  if (stateAt(after, step)?.status === was.status) return undefined;
  const from = was.status === 'retrying' ? was.finishedAt : was.startedAt;
  if (from === undefined) return undefined;
  const took = { from, to: event.at };
  const kind = was.wait?.kind ?? 'retry';
  // The other run has a span of its own.
  if (kind === 'workflow') return undefined;
  if (kind !== 'approval') return (telemetry) => telemetry.waited(step, kind, took);
  const decision = event.type === 'ApprovalDecided' && event.step === step ? event.decision : 'cancelled';
  return (telemetry) => telemetry.decided(step, decision, took);
}

/** A run that another one waits for tells it that it has ended. */
export function parentSignal({ id, trigger, status, output, error }: Run): readonly RunSignal[] {
  if (trigger.parent?.waits !== true) return [];
  const { run, step } = trigger.parent;
  return [{ run, kind: 'ChildEnded', data: JSON.stringify({ step, child: id, status, output, error }) }];
}

/** A run that another one waits for is part of that one's trace. */
export function parentSpanOf({ parent }: Trigger): RunFacts['parent'] {
  return parent?.waits ? { spanId: parent.spanId, sampled: parent.unsampled !== true } : undefined;
}
