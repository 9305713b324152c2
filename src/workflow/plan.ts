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
  /** The same of `finally`: these begin when all others are settled. No id is in both. */
  readonly finally: ReadonlyMap<string, PlanStep>;
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

export type PlanStep = AgentPlanStep | SleepPlanStep | EventPlanStep | ApprovalPlanStep | WorkflowPlanStep;
/** What a step does: calls an agent, waits for a time, an event or a decision, or runs another workflow. */
export type StepKind = PlanStep['kind'];

interface AnyPlanStep {
  readonly id: string;
  readonly needs: readonly string[];
  /** Steps that need this one. */
  readonly dependents: readonly string[];
  readonly if: Condition | undefined;
  readonly continueOnError: boolean;
  /** The step is done once for each item of a list. Agents and workflows only. */
  readonly forEach?: ForEach | undefined;
}

export interface AgentPlanStep extends AnyPlanStep {
  readonly kind: 'agent';
  readonly agent: string;
  readonly action: string;
  readonly with: Template;
  readonly retry: RetryPolicy;
  /** Milliseconds for each attempt. */
  readonly timeoutMs: number;
}

export interface SleepPlanStep extends AnyPlanStep {
  readonly kind: 'sleep';
  /** One of them: a duration (`30s`), or an instant (RFC 3339). */
  readonly sleep?: Template | undefined;
  readonly until?: Template | undefined;
}

export interface EventPlanStep extends AnyPlanStep {
  readonly kind: 'event';
  /** CloudEvents `type`, exactly. */
  readonly type: string;
  readonly condition: EventCondition | undefined;
  readonly timeoutMs: number | undefined;
}

export interface ApprovalPlanStep extends AnyPlanStep {
  readonly kind: 'approval';
  readonly message: Template;
  /** A list of `user:`, `group:`, `role:`. */
  readonly approvers: Template;
  readonly timeoutMs: number | undefined;
  readonly onTimeout: 'approve' | 'reject';
}

export interface WorkflowPlanStep extends AnyPlanStep {
  readonly kind: 'workflow';
  readonly workflow: string;
  readonly with: Template;
  /** False: the step is done as soon as the other run is started. */
  readonly wait: boolean;
}

export interface ForEach {
  readonly list: Template;
  /** Items in progress at once. */
  readonly concurrency: number;
  /** After an item failed: begin no further ones, or do them all. The step fails either way. */
  readonly onItemFailure: 'stop' | 'continue';
}

/** The `if` of `waitFor`, over `event` and the names of the run. */
export interface EventCondition {
  readonly condition: Condition;
  /** What it reads, besides the event: `[['input', 'id'], ...]`. */
  readonly reads: readonly (readonly string[])[];
  /** `event.<path> == <something without event>` that must hold: an index finds the runs that wait for a given event. */
  readonly correlation: Correlation | undefined;
}

export interface Correlation {
  /** Keys below `event`. */
  readonly path: readonly string[];
  /** The other side. Throws CcError CC_EXPRESSION_FAILED. */
  evaluate(scope: Scope): unknown;
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
