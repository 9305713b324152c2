import type { Failure, Trigger } from './run.js';

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
    }
  | { readonly type: 'RunStarted'; readonly at: number }
  | { readonly type: 'StepStarted'; readonly at: number; readonly step: string; readonly attempt: number }
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
  | { readonly type: 'TimerFired'; readonly at: number; readonly timer: Timer }
  | { readonly type: 'RunCancelRequested'; readonly at: number; readonly by?: string; readonly reason?: string }
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
  { readonly kind: 'retry'; readonly step: string; readonly attempt: number } | { readonly kind: 'runTimeout' };

/** What the shell is to do. Every command carried out comes back as an event; `id` is stable, so doing one twice is harmless. */
export type Command =
  | {
      readonly type: 'InvokeAgent';
      readonly id: string;
      readonly step: string;
      readonly attempt: number;
      readonly agent: string;
      readonly action: string;
    }
  | {
      readonly type: 'AbortStep';
      readonly id: string;
      readonly step: string;
      readonly attempt: number;
      readonly error: Failure;
    }
  | { readonly type: 'StartTimer'; readonly id: string; readonly timer: Timer; readonly dueAt: number }
  | { readonly type: 'SkipStep'; readonly id: string; readonly step: string; readonly reason: string }
  | { readonly type: 'FailStep'; readonly id: string; readonly step: string; readonly error: Failure }
  | { readonly type: 'FinishRun'; readonly id: string; readonly status: 'succeeded'; readonly output: unknown }
  | {
      readonly type: 'FinishRun';
      readonly id: string;
      readonly status: 'failed' | 'cancelled';
      readonly error: Failure;
    };
