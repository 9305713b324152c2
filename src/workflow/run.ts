import type { Plan } from './plan.js';

export type RunStatus = 'queued' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled';
export type StepStatus =
  'pending' | 'running' | 'waiting' | 'retrying' | 'succeeded' | 'failed' | 'skipped' | 'cancelled';
export type TriggerKind = 'manual' | 'schedule' | 'event' | 'webhook' | 'alert' | 'workflow' | 'rerun';

export interface Trigger {
  readonly kind: TriggerKind;
  /** Who or what started it: a user, a cron line, an event's source. */
  readonly by?: string;
  /** schedule: the computed instant, ISO 8601. */
  readonly scheduledFor?: string;
  /** event: the CloudEvent, in scope as `event`. */
  readonly event?: unknown;
}

export type ErrorType =
  'retryable' | 'terminal' | 'timeout' | 'cancelled' | 'lost' | 'quarantined' | 'limit' | '_OTHER';

/** Why an attempt or a run failed, as data: what expressions see as `steps.x.error` and the API as `error`. */
export interface Failure {
  readonly type: ErrorType;
  readonly code: string;
  readonly message: string;
  /** Step that failed the run. */
  readonly step?: string;
  readonly cause?: string;
}

export interface StepState {
  readonly status: StepStatus;
  /** Attempts started so far; while `retrying` the attempt that failed. */
  readonly attempt: number;
  readonly output?: unknown;
  readonly error?: Failure;
  /** While `retrying`: when the next attempt is due, ms since 1970. */
  readonly dueAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

/** All times are milliseconds since 1970. Frozen by convention: every change makes a new object. */
export interface Run {
  readonly id: string;
  readonly plan: Plan;
  readonly status: RunStatus;
  readonly input: unknown;
  readonly trigger: Trigger;
  readonly steps: Readonly<Record<string, StepState>>;
  /** Steps that are not settled (succeeded, failed, skipped, cancelled). */
  readonly unsettled: number;
  /** Steps with an attempt in flight. */
  readonly inFlight: number;
  /** Steps that wait for their next attempt. */
  readonly retrying: number;
  /** Set by a cancel request, a run timeout or a conviction: nothing new starts, the run ends like this. */
  readonly ending?: { readonly status: 'failed' | 'cancelled'; readonly error: Failure };
  readonly output?: unknown;
  readonly error?: Failure;
  /** US dollars reported by agents. */
  readonly costUsd: number;
  /** Wall time with at least one step executing, up to `activeSince`, which is set while one executes. */
  readonly activeMs: number;
  readonly activeSince: number | undefined;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}
