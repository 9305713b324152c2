/** A line in the step's log. `fields` are JSON; granted secrets are blacked out before it is kept. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Published with the step's result, and only if the step succeeds. */
export interface EmittedEvent {
  readonly type: string;
  readonly subject?: string;
  readonly data?: unknown;
}

/** All an action knows of the step it works for. Call its methods on it (`ctx.emit(...)`): taken off, they lose their context. */
export interface ActionContext<Options = unknown> {
  /** Aborted on cancel, timeout and shutdown: pass it on to all you wait for, and stop. */
  readonly signal: AbortSignal;
  readonly run: { readonly id: string; readonly workflow: string; readonly version: string };
  /** Id of the step in its workflow. */
  readonly step: string;
  /** From 1. */
  readonly attempt: number;
  /** The same at every attempt and after every crash. The hub runs a step at least once: send this where twice would hurt. */
  readonly idempotencyKey: string;
  readonly logger: Logger;
  /** What commandcenter.yaml gave this plugin, validated by the plugin's schema. */
  readonly options: Options;
  /** W3C trace context of this step, to be sent along. */
  readonly traceparent: string | undefined;
  /** The value of a secret granted to this plugin; throws for any other. */
  secret(name: string): string;
  /** The hub's bounded CEL, without `${{ }}`. Throws a terminal failure when it does not compile or evaluate. */
  evaluate(expression: string, scope: Readonly<Record<string, unknown>>): unknown;
  /** `fraction` from 0 to 1. */
  progress(fraction: number, text?: string): void;
  /** What this step cost, in US dollars. `kind` names what was paid for, like `tokens`. */
  cost(usd: number, kind: string): void;
  emit(event: EmittedEvent): void;
  /** Says that a long action is alive. */
  heartbeat(): void;
}
