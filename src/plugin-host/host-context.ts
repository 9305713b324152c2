import type { ActionContext, EmittedEvent, LogFields, Logger } from '@commandcenter/sdk';
import { CcError } from '../errors/index.js';
import type { Emitted } from '../workflow/index.js';
import type { AgentCall } from './agent-call.js';
import { evaluate } from './expressions.js';
import type { GrantedSecrets } from './granted-secrets.js';

/** What all calls into one plugin share. */
export interface PluginScope {
  readonly options: unknown;
  readonly secrets: GrantedSecrets;
  redact(text: string): string;
  redactDeep<T>(value: T): T;
}

const none: readonly Emitted[] = Object.freeze([]);

/**
 * The `ctx` of one call. Made for every step, so it holds two references and builds nothing before it is asked for;
 * private fields keep the call and the plugin's scope out of the plugin's reach.
 */
export class HostContext implements ActionContext {
  readonly #call: AgentCall;
  readonly #scope: PluginScope;
  #logger: Logger | undefined;
  #emitted: Emitted[] | undefined;

  constructor(call: AgentCall, scope: PluginScope) {
    this.#call = call;
    this.#scope = scope;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }
  get run(): ActionContext['run'] {
    return this.#call.run;
  }
  get step(): string {
    return this.#call.step;
  }
  get attempt(): number {
    return this.#call.attempt;
  }
  get idempotencyKey(): string {
    return this.#call.idempotencyKey;
  }
  get traceparent(): string | undefined {
    return this.#call.traceparent;
  }
  get options(): unknown {
    return this.#scope.options;
  }
  get logger(): Logger {
    return (this.#logger ??= stepLogger(this.#call, this.#scope));
  }

  secret(name: string): string {
    return this.#scope.secrets.get(name);
  }

  evaluate(expression: string, scope: Readonly<Record<string, unknown>>): unknown {
    return evaluate(expression, scope);
  }

  progress(fraction: number, text?: string): void {
    const bounded = Math.min(1, Math.max(0, Number(fraction) || 0));
    this.#call.progress(bounded, text === undefined ? undefined : this.#scope.redact(text));
  }

  cost(usd: number, kind: string): void {
    // One NaN would poison every sum it enters.
    if (!Number.isFinite(usd) || usd < 0 || typeof kind !== 'string' || kind === '') {
      throw new CcError('CC_STEP_OUTPUT_INVALID', `ctx.cost(${usd}, ${kind}): give US dollars, zero or more, and what they were for`);
    }
    this.#call.cost(usd, kind);
  }

  emit(event: EmittedEvent): void {
    if (typeof event?.type !== 'string' || event.type === '') {
      throw new CcError('CC_EVENT_INVALID', 'ctx.emit: an event needs a type, like "order.paid"');
    }
    (this.#emitted ??= []).push(event);
  }

  heartbeat(): void {
    this.#call.heartbeat();
  }

  /** For the host, which alone knows this class. */
  static emittedBy(context: HostContext): readonly Emitted[] {
    return context.#emitted ?? none;
  }
}

function stepLogger(call: AgentCall, scope: PluginScope): Logger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    call.log(level, scope.redact(String(message)), fields && scope.redactDeep(fields));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
