import type { Failure, RunStatus, StepState, Trigger, Wait } from './run.js';

/** An event an agent emitted; becomes a row of the event table together with the step's result. */
export interface Emitted {
  readonly type: string;
  readonly subject?: string;
  readonly data?: unknown;
}

/** What happened, past tense; the log of a run is a list of these. `at` is ms since 1970 (the writer's clock). */
export type RunEvent =
  | {
      readonly type: 'RunCreated';
      readonly at: number;
      readonly workflow: string;
      readonly version: string;
      readonly input: unknown;
      readonly trigger: Trigger;
      /** rerun from a step: what other steps came to in the run before, by id. */
      readonly kept?: Readonly<Record<string, StepState>>;
    }
  | { readonly type: 'RunStarted'; readonly at: number }
  | {
      readonly type: 'StepStarted';
      readonly at: number;
      readonly step: string;
      readonly attempt: number;
      /** forEach: the list, of which each item is now a step `id[n]`. */
      readonly items?: readonly unknown[];
    }
  | {
      readonly type: 'StepSucceeded';
      readonly at: number;
      readonly step: string;
      readonly attempt: number;
      readonly output: unknown;
      readonly emitted?: readonly Emitted[];
    }
  | {
      readonly type: 'StepFailed';
      readonly at: number;
      readonly step: string;
      readonly attempt: number;
      readonly error: Failure;
    }
  | {
      readonly type: 'StepRetryScheduled';
      readonly at: number;
      readonly step: string;
      readonly attempt: number;
      readonly error: Failure;
      readonly dueAt: number;
    }
  | { readonly type: 'StepSkipped'; readonly at: number; readonly step: string; readonly reason: string }
  /** For a time or an event. */
  | {
      readonly type: 'StepWaiting';
      readonly at: number;
      readonly step: string;
      readonly wait: Wait & { readonly kind: 'sleep' | 'event' };
    }
  | {
      readonly type: 'ApprovalRequested';
      readonly at: number;
      readonly step: string;
      readonly message: string;
      readonly approvers: readonly string[];
      readonly dueAt?: number;
    }
  | {
      readonly type: 'ApprovalDecided';
      readonly at: number;
      readonly step: string;
      readonly decision: 'approve' | 'reject' | 'expired' | 'cancelled';
      readonly by?: string;
      readonly comment?: string;
      readonly data?: unknown;
    }
  | { readonly type: 'EventReceived'; readonly at: number; readonly step: string; readonly event: unknown }
  | { readonly type: 'ChildStarted'; readonly at: number; readonly step: string; readonly child: string }
  | {
      readonly type: 'ChildEnded';
      readonly at: number;
      readonly step: string;
      readonly child: string;
      readonly status: RunStatus;
      readonly output?: unknown;
      readonly error?: Failure;
    }
  | { readonly type: 'TimerFired'; readonly at: number; readonly timer: Timer }
  | { readonly type: 'RunPaused'; readonly at: number; readonly by?: string; readonly reason?: string }
  | { readonly type: 'RunResumed'; readonly at: number; readonly by?: string }
  | {
      readonly type: 'RunCancelRequested';
      readonly at: number;
      readonly by?: string;
      readonly reason?: string;
      /** Without the steps of `finally`. */
      readonly force?: boolean;
    }
  | { readonly type: 'RunTakenOver'; readonly at: number; readonly from?: string; readonly epoch: number }
  | {
      readonly type: 'CostReported';
      readonly at: number;
      readonly step: string;
      readonly usd: number;
      readonly kind: string;
    }
  | { readonly type: 'RunSucceeded'; readonly at: number; readonly output?: unknown }
  | { readonly type: 'RunFailed'; readonly at: number; readonly error: Failure }
  | { readonly type: 'RunCancelled'; readonly at: number; readonly error: Failure };

export type Timer =
  | { readonly kind: 'retry'; readonly step: string; readonly attempt: number }
  /** The wait of a step is over: the end of a sleep, or the timeout of what did not come. */
  | { readonly kind: 'wait'; readonly step: string }
  | { readonly kind: 'runTimeout' };

interface StepCommand {
  /** Stable: doing a command twice is harmless. */
  readonly id: string;
  /** Path of the step. */
  readonly step: string;
}

/**
 * What the shell is to do. Every command carried out comes back as an event. The first group is decided on the spot, the
 * second reaches out, and the third, the standing ones, is kept up for as long as a step waits.
 */
export type Command =
  | (StepCommand & { readonly type: 'SkipStep'; readonly reason: string })
  | (StepCommand & { readonly type: 'FailStep'; readonly error: Failure })
  | (StepCommand & { readonly type: 'FanOut'; readonly items: readonly unknown[] })
  | (StepCommand & { readonly type: 'BeginWait'; readonly wait: BeginWait })
  | { readonly type: 'FinishRun'; readonly id: string; readonly status: 'succeeded'; readonly output: unknown }
  | {
      readonly type: 'FinishRun';
      readonly id: string;
      readonly status: 'failed' | 'cancelled';
      readonly error: Failure;
    }
  | (StepCommand & {
      readonly type: 'InvokeAgent';
      readonly attempt: number;
      readonly agent: string;
      readonly action: string;
    })
  | (StepCommand & {
      readonly type: 'StartChild';
      readonly workflow: string;
      readonly input: unknown;
      readonly waits: boolean;
    })
  | (StepCommand & { readonly type: 'AbortStep'; readonly attempt: number; readonly error: Failure })
  | (StepCommand & { readonly type: 'ForgetEvent' })
  | (StepCommand & { readonly type: 'ExpireApproval' })
  | (StepCommand & { readonly type: 'AwaitEvent' })
  | (StepCommand & { readonly type: 'RequestApproval' })
  | { readonly type: 'StartTimer'; readonly id: string; readonly timer: Timer; readonly dueAt: number };

/** What a step is about to wait for; the shell's clock turns lengths into instants. */
export type BeginWait =
  | { readonly kind: 'sleep'; readonly forMs: number }
  | { readonly kind: 'sleep'; readonly until: number }
  | { readonly kind: 'event'; readonly forMs?: number }
  | {
      readonly kind: 'approval';
      readonly message: string;
      readonly approvers: readonly string[];
      readonly forMs?: number;
    };
