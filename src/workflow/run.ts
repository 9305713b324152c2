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
  /** workflow: the run whose step asked for this one. */
  readonly parent?: ParentRun;
  /** rerun: the run that is done again. */
  readonly of?: string;
}

export interface ParentRun {
  readonly run: string;
  /** Path of the step. */
  readonly step: string;
  /** The step waits: the end of this run is told to it, and this run is cancelled with it. */
  readonly waits: boolean;
  /** How many runs stand above this one. */
  readonly depth: number;
  /** Root span of the parent, which is the parent of this run's: W3C trace context, 8 bytes hex. */
  readonly spanId: string;
  /** Its trace is not recorded: then this run's part of it is not either. */
  readonly unsampled?: true;
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
  /** While `waiting`: what for. */
  readonly wait?: Wait;
  /** Of a step with `forEach`, once it began: its items, and how each stands. */
  readonly list?: readonly unknown[];
  readonly items?: readonly StepState[];
}

/** What a step waits for. `dueAt`: ms since 1970; without it there is no limit. */
export type Wait =
  | { readonly kind: 'sleep'; readonly dueAt: number }
  | { readonly kind: 'event'; readonly dueAt?: number }
  | {
      readonly kind: 'approval';
      readonly message: string;
      readonly approvers: readonly string[];
      readonly dueAt?: number;
      /** The time is over; whether a decision came before is for the approval to say. */
      readonly expiring?: boolean;
    }
  | { readonly kind: 'workflow'; readonly child: string };

/** All times are milliseconds since 1970. Frozen by convention: every change makes a new object. */
export interface Run {
  readonly id: string;
  readonly plan: Plan;
  readonly status: RunStatus;
  readonly input: unknown;
  readonly trigger: Trigger;
  readonly steps: Readonly<Record<string, StepState>>;
  /** Steps that are not settled (succeeded, failed, skipped, cancelled), those of `finally` apart. */
  readonly unsettled: number;
  /** Steps of `finally` that are not settled. */
  readonly unsettledFinally: number;
  /** Steps and items with an attempt in flight. */
  readonly inFlight: number;
  /** Steps and items that wait for their next attempt. */
  readonly retrying: number;
  /** Steps and items that wait for a time, an event, a decision or another run. */
  readonly waiting: number;
  /** Nothing new begins until it is resumed. */
  readonly paused: boolean;
  /**
   * Set by a cancel request, a run timeout or a conviction: no step begins any more but those of `finally`, and the run
   * ends like this. `final`: not even those.
   */
  readonly ending?: { readonly status: 'failed' | 'cancelled'; readonly error: Failure; readonly final?: boolean };
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
