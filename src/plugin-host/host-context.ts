import type { ActionContext, EmittedEvent, LogFields, Logger } from '@commandcenter/sdk';
import { eventProblems } from '../events/index.js';
import { CcError } from '../errors/index.js';
import { type Emitted, evaluateExpression } from '../workflow/index.js';
import type { AgentCall, LogLevel } from './agent-call.js';
import type { GrantedSecrets } from './granted-secrets.js';

/** What all calls into one plugin share. */
export interface PluginScope {
  readonly options: unknown;
  readonly secrets: GrantedSecrets;
}

/** They are journaled together with the step's result, in one row. */
const maxEmitted = 100;
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
    return (this.#logger ??= stepLogger(this.#call));
  }

  secret(name: string): string {
    return this.#scope.secrets.get(name);
  }

  evaluate(expression: string, scope: Readonly<Record<string, unknown>>): unknown {
    return evaluateExpression(expression, scope);
  }

  progress(fraction: number, text?: string): void {
    const bounded = Math.min(1, Math.max(0, Number(fraction) || 0));
    this.#call.progress(bounded, text);
  }

  cost(usd: number, kind: string): void {
    // One NaN would poison every sum it enters.
    if (!Number.isFinite(usd) || usd < 0 || typeof kind !== 'string' || kind === '') {
      throw new CcError(
        'CC_STEP_OUTPUT_INVALID',
        `ctx.cost(${usd}, ${kind}): give US dollars, zero or more, and what they were for`,
      );
    }
    this.#call.cost(usd, kind);
  }

  emit({ type, subject, data }: EmittedEvent): void {
    const event = { type, ...(subject !== undefined && { subject }), ...(data !== undefined && { data }) };
    const problems = eventProblems({ id: '1', source: '/', ...event });
    if ((this.#emitted?.length ?? 0) >= maxEmitted)
      problems.push({ path: '', message: `an attempt emits at most ${maxEmitted} events` });
    if (problems.length > 0) {
      const list = problems.map(({ path, message }) => `${path} ${message}`).join('; ');
      throw new CcError('CC_EVENT_INVALID', `ctx.emit: ${list}`, { problems });
    }
    // A copy: the action may go on changing its object, and what is journaled must be what was emitted.
    (this.#emitted ??= []).push(JSON.parse(JSON.stringify(event)) as Emitted);
  }

  heartbeat(): void {
    this.#call.heartbeat();
  }

  /** For the host, which alone knows this class. */
  static emittedBy(context: HostContext): readonly Emitted[] {
    return context.#emitted ?? none;
  }
}

/** Blacking out secrets is the engine's, which writes these lines. */
function stepLogger(call: AgentCall): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => call.log(level, String(message), fields);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
