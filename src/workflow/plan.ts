import type { WhenFull, WorkflowDefinition } from '@commandcenter/sdk/definition';

/**
 * A workflow version ready to run: grammar checked, needs resolved, every expression compiled.
 * Shared by all runs of the version and never changed.
 */
export interface Plan {
  readonly id: string;
  readonly name: string;
  /** Hash of the definition's content: equal content is the same version. */
  readonly version: string;
  readonly definition: WorkflowDefinition;
  /** By id, in an order in which every step comes after the steps it needs. */
  readonly steps: ReadonlyMap<string, PlanStep>;
  /** Milliseconds from the run's start; undefined = no limit. */
  readonly timeoutMs: number | undefined;
  /** US dollars for a minute of active time. */
  readonly costPerMinute: number;
  readonly concurrency: PlanConcurrency | undefined;
  readonly output: Template | undefined;
}

/** How many runs of one key go at the same time, and what becomes of one more. */
export interface PlanConcurrency {
  /** Over the input, the trigger and its event; undefined = all runs of the workflow share one key. */
  readonly key: Template | undefined;
  readonly limit: number;
  readonly whenFull: WhenFull;
}

export interface PlanStep {
  readonly id: string;
  readonly agent: string;
  readonly action: string;
  readonly needs: readonly string[];
  /** Steps that need this one. */
  readonly dependents: readonly string[];
  readonly if: Condition | undefined;
  readonly with: Template;
  readonly retry: RetryPolicy;
  /** Milliseconds for each attempt. */
  readonly timeoutMs: number;
  readonly continueOnError: boolean;
}

/** Defaults filled in, durations in milliseconds. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
  readonly jitter: boolean;
}

/** The names an expression can see. */
export interface Scope {
  readonly input?: unknown;
  readonly trigger?: unknown;
  readonly event?: unknown;
  readonly steps?: unknown;
  readonly run?: unknown;
  readonly item?: unknown;
  readonly index?: number;
  /** Only where `with` is evaluated. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** Any JSON value with `${{ }}` inside. `evaluate` throws CcError CC_EXPRESSION_FAILED. */
export interface Template {
  evaluate(scope: Scope): unknown;
}

/** What the status functions of `if` answer for one step at one moment. */
export interface NeedsStatus {
  /** No needed step, directly or through skipped ones, failed or was cancelled. */
  readonly success: boolean;
  readonly failure: boolean;
}

/** A compiled `if`. */
export interface Condition {
  /** `success()`, `failure()` or `always()` occurs: then the expression alone decides. */
  readonly usesStatus: boolean;
  /** Throws CcError CC_EXPRESSION_FAILED, also when the answer is not a boolean. */
  evaluate(scope: Scope, needs: NeedsStatus): boolean;
}
