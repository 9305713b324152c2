/** A JSON Schema (2020-12) document. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/** `30s`, `5m`, `2h`, `7d`; `500ms` is allowed too. */
export type Duration = string;

/** `${{ CEL }}` when the whole string is one expression; else text with `${{ }}` inside. */
export type ExpressionText = string;

/** Of fires that were missed while no hub was up, start none, the latest one, or all (the last 1,000 at most). */
export type CatchUp = 'none' | 'latest' | 'all';

/** What a fire does while the run of the fire before still goes: start beside it, not at all, after it, or instead of it. */
export type Overlap = 'allow' | 'skip' | 'queue' | 'cancel-previous';

export interface ScheduleTrigger {
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA name; default UTC. */
  readonly timezone?: string;
  /** Default none. */
  readonly catchUp?: CatchUp;
  /** Default allow. */
  readonly overlap?: Overlap;
  readonly input?: unknown;
}

/** A burst of events starts one run, with the last of them. */
export interface Debounce {
  /** Over `event`: events with the same key are one burst. Default: all events of the entry. */
  readonly key?: ExpressionText;
  /** How long no other must come, 1s to 1d. A burst that does not pause starts its run after ten times as long. */
  readonly for: Duration;
}

export interface EventTrigger {
  readonly type: string;
  readonly if?: ExpressionText;
  readonly debounce?: Debounce;
  readonly input?: unknown;
}

export interface WebhookTrigger {
  /** The last part of `POST /hooks/{path}`. */
  readonly path: string;
  readonly verify: WebhookVerify;
  /** Over `event`; the body is `event.data`. */
  readonly if?: ExpressionText | boolean;
  readonly input?: unknown;
}

/** How a delivery proves who sent it. Of the scheme depends which of the other keys there are. */
export interface WebhookVerify {
  readonly scheme: 'github' | 'slack' | 'stripe' | 'hmac-sha256' | 'bearer';
  /** Name of a secret listed in commandcenter.yaml. */
  readonly secret: string;
  /** hmac-sha256 and bearer: where the signature or the token stands. Default X-Signature, Authorization. */
  readonly header?: string;
  /** slack and stripe: how far the time they signed may be from now. Default 5m. */
  readonly tolerance?: Duration;
  /** hmac-sha256 and bearer: what names a delivery. Without it each request is one of its own. */
  readonly deliveryHeader?: string;
}

export interface AlertTrigger {
  /** Labels the alert must have, each with exactly this value. */
  readonly match?: Readonly<Record<string, string>>;
  /** Default firing. */
  readonly status?: 'firing' | 'resolved';
  /** Over `event`; the alert is `event.data`. */
  readonly if?: ExpressionText | boolean;
  readonly input?: unknown;
  /** After a start, no other for the same target within this time. */
  readonly cooldown?: Duration;
  /** What the cooldown counts for; default: all alerts of this entry are one target. */
  readonly target?: ExpressionText;
  /** At most `max` starts of this entry in any `window`; further alerts are dropped and recorded. */
  readonly guard?: { readonly max: number; readonly window: Duration };
}

export interface Triggers {
  readonly schedule?: readonly ScheduleTrigger[];
  readonly event?: readonly EventTrigger[];
  readonly webhook?: readonly WebhookTrigger[];
  readonly alert?: readonly AlertTrigger[];
}

/** What becomes of a run when as many of its key go as may: it waits, it does not start, or the oldest is cancelled for it. */
export type WhenFull = 'queue' | 'skip' | 'cancel-oldest';

export interface Concurrency {
  /** Over input, trigger and event. Default: all runs of the workflow share one key. */
  readonly key?: ExpressionText;
  /** Runs of one key that go at the same time, 1 to 1000. Default 1. */
  readonly limit?: number;
  /** Default queue. */
  readonly whenFull?: WhenFull;
}

export interface Retry {
  /** Attempts in all, the first included. Default 1: no retry. */
  readonly attempts?: number;
  /** Wait before the second attempt. Default 1s. */
  readonly delay?: Duration;
  /** Each further wait is this much longer. Default 2. */
  readonly factor?: number;
  readonly maxDelay?: Duration;
  /** Spread each wait over 50 to 100 % of itself. Default true. */
  readonly jitter?: boolean;
}

export interface Cost {
  /** US dollars for a minute in which at least one step of a run executes. Default 0.01. */
  readonly perMinute?: number;
}

/** At least one of success and duration. */
export interface Slo {
  /** Share of the runs that ended, cancelled ones apart, that must succeed: `99.5%`. */
  readonly success?: string;
  /** One of them: that share of the runs must take no longer. A boundary of the histogram workflow_duration. */
  readonly duration?: { readonly [quantile in 'p50' | 'p90' | 'p95' | 'p99']?: Duration };
  /** Time the error budget is for, in days: 1d to 90d. Default 30d. */
  readonly window?: Duration;
}

interface AnyStep {
  readonly name?: string;
  readonly needs?: readonly string[];
  readonly if?: ExpressionText | boolean;
  readonly continueOnError?: boolean;
}

/** The step is done once for each item of a list; `item` and `index` are known in `with`. */
interface Fanned {
  /** At most 1,000 items. */
  readonly forEach?: ExpressionText | readonly unknown[];
  /** Items in progress at once. Default 10. */
  readonly concurrency?: number;
  /** After an item failed: begin no further ones (default), or do them all. The step fails either way. */
  readonly onItemFailure?: 'stop' | 'continue';
}

/** Calls an agent. */
export interface AgentStep extends AnyStep, Fanned {
  /** `agent.action` of a loaded plugin. */
  readonly uses: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly retry?: Retry;
  /** For each attempt. */
  readonly timeout?: Duration;
}

/** Waits that long; costs nothing meanwhile. */
export interface SleepStep extends AnyStep {
  readonly sleep: Duration | ExpressionText;
}

/** Waits until an instant: RFC 3339. */
export interface UntilStep extends AnyStep {
  readonly until: string;
}

/** Waits for an event published since the run was created; its output is the CloudEvent. */
export interface WaitForStep extends AnyStep {
  readonly waitFor: {
    /** The CloudEvents `type`, exactly. */
    readonly event: string;
    /** Over `event`, the event that came, and the names of the run. */
    readonly if?: ExpressionText | boolean;
    /** The step fails when none came. Default: no limit. */
    readonly timeout?: Duration;
  };
}

/** Waits until somebody decides; its output is `{ decision, by, comment, data }`. A rejection fails the step. */
export interface ApprovalStep extends AnyStep {
  readonly approval: {
    readonly message: string;
    /** `user:<name>`, `group:<name>`, `role:<name>`. Default: role:approver. */
    readonly approvers?: readonly string[] | ExpressionText;
    /** How many of them must approve. Only 1 for now. */
    readonly quorum?: number;
    readonly timeout?: Duration;
    /** What counts when nobody decided in time. Default reject. */
    readonly onTimeout?: 'approve' | 'reject';
  };
}

/** Runs another workflow; its output is that run's, or `{ id }` with `wait: false`. */
export interface WorkflowStep extends AnyStep, Fanned {
  readonly workflow: string;
  readonly with?: Readonly<Record<string, unknown>>;
  /** Default true: the step ends with the other run, and a cancel reaches it. */
  readonly wait?: boolean;
}

export type Step = AgentStep | SleepStep | UntilStep | WaitForStep | ApprovalStep | WorkflowStep;

/** A workflow file as written. What is not listed here is refused when the file is loaded. */
export interface WorkflowDefinition {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly on?: Triggers;
  readonly input?: JsonSchema;
  readonly concurrency?: Concurrency;
  readonly timeout?: Duration;
  /** How long runs are kept after their end: 1h to 365d. Default: the hub's, 30d. */
  readonly retention?: Duration;
  readonly slo?: Slo;
  readonly cost?: Cost;
  readonly defaults?: { readonly retry?: Retry; readonly timeout?: Duration };
  readonly steps: Readonly<Record<string, Step>>;
  /** Done when all steps are settled, however they ended, and also when the run is cancelled or takes too long. */
  readonly finally?: Readonly<Record<string, Step>>;
  readonly output?: unknown;
}
