import { type AgentCall, type AgentRegistry, failureOf, type LogLevel } from '../../plugin-host/index.js';
import { messageOf } from '../../errors/index.js';
import type { AttemptTelemetry } from '../../telemetry/index.js';
import { redactJson } from '../../identity/index.js';
import type { Emitted, Failure } from '../../workflow/index.js';
import { LongTimeout } from './long-timeout.js';

export type AttemptOutcome =
  /** `text` is the output as JSON; `output` is that JSON parsed again, so what later steps see is what a fold would give. */
  | { readonly ok: true; readonly output: unknown; readonly text: string; readonly emitted: readonly Emitted[] }
  | { readonly ok: false; readonly failure: Failure; readonly retryAfterMs?: number };

export interface AttemptFacts {
  readonly run: { readonly id: string; readonly workflow: string; readonly version: string };
  readonly step: string;
  readonly attempt: number;
  readonly agent: string;
  readonly action: string;
  readonly telemetry: AttemptTelemetry;
  readonly timeoutMs: number;
}

/** What an attempt tells while it goes on. */
export interface AttemptEars {
  log(attempt: Attempt, level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  cost(attempt: Attempt, usd: number, kind: string): void;
}

export interface AttemptLimits {
  readonly maxOutputBytes: number;
  readonly abortGraceMs: number;
}

/** One attempt of one step, in flight. It ends once: by its agent, or by being given up `abortGraceMs` after an abort. */
export class Attempt implements AgentCall {
  readonly agent: string;
  readonly action: string;
  readonly run: AgentCall['run'];
  readonly step: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly telemetry: AttemptTelemetry;
  #controller: AbortController | undefined;
  #aborted: Failure | undefined;
  #timer: LongTimeout | undefined;
  #resolve: ((outcome: AttemptOutcome) => void) | undefined;

  constructor(
    private readonly facts: AttemptFacts,
    readonly input: unknown,
    private readonly ears: AttemptEars,
    private readonly limits: AttemptLimits,
  ) {
    ({ agent: this.agent, action: this.action, run: this.run, step: this.step, attempt: this.attempt } = facts);
    this.telemetry = facts.telemetry;
    this.idempotencyKey = `${facts.run.id}/${facts.step}`;
  }

  get traceparent(): string {
    return this.telemetry.traceparent;
  }

  /** Made when an agent asks for it: most never do, and a signal costs more than a trivial step. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(new Error(this.#aborted.message));
    return this.#controller.signal;
  }

  start(registry: AgentRegistry, redact: (text: string) => string): Promise<AttemptOutcome> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.heartbeat();
      const working = this.telemetry.within(() => registry.invoke(this));
      working.then(
        ({ output, emitted }) => this.#end(this.#checked(output, emitted, redact)),
        (thrown: unknown) => this.#end({ ok: false, ...failureOf(thrown, redact) }),
      );
    });
  }

  /** The attempt's timeout counts from its start or its last heartbeat. */
  heartbeat(): void {
    if (this.#aborted || this.#resolve === undefined) return;
    const { timeoutMs } = this.facts;
    this.#timer?.clear();
    this.#timer = new LongTimeout(() => {
      const message = `step ${this.step} took longer than its timeout of ${timeoutMs} ms`;
      this.abort({ type: 'timeout', code: 'CC_STEP_TIMEOUT', message });
    }, timeoutMs);
  }

  abort(failure: Failure): void {
    if (this.#aborted || this.#resolve === undefined) return;
    this.#aborted = failure;
    this.#timer?.clear();
    this.telemetry.within(() => this.#controller?.abort(new Error(failure.message)));
    this.#timer = new LongTimeout(() => this.#end({ ok: false, failure }), this.limits.abortGraceMs);
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.ears.log(this, level, message, fields);
  }

  progress(fraction: number, text = ''): void {
    this.ears.log(this, 'info', text, { progress: fraction });
  }

  cost(usd: number, kind: string): void {
    if (Number.isFinite(usd) && usd >= 0) this.ears.cost(this, usd, kind);
  }

  #end(outcome: AttemptOutcome): void {
    this.#timer?.clear();
    const resolve = this.#resolve;
    this.#resolve = undefined;
    // Work that was done in spite of a cancel is recorded as done; a result after the timeout is not a result.
    const overruled = this.#aborted && !(outcome.ok && this.#aborted.type !== 'timeout');
    resolve?.(overruled ? { ok: false, failure: this.#aborted! } : outcome);
  }

  /** A secret in a result would be stored: a server that echoes a header is enough. */
  #checked(output: unknown, emitted: readonly Emitted[], redact: (text: string) => string): AttemptOutcome {
    let text: string;
    try {
      text = redactJson(JSON.stringify(output ?? null) ?? 'null', redact);
    } catch (thrown) {
      const message = `step ${this.step} returned something that is not JSON: ${redact(messageOf(thrown))}`;
      return { ok: false, failure: { type: 'terminal', code: 'CC_STEP_OUTPUT_INVALID', message } };
    }
    const bytes = Buffer.byteLength(text);
    if (bytes <= this.limits.maxOutputBytes) {
      return { ok: true, output: JSON.parse(text), text, emitted: withoutSecrets(emitted, redact) };
    }
    const message = `step ${this.step} returned ${bytes} bytes; engine.maxOutputBytes is ${this.limits.maxOutputBytes}: return less, or store it and return its address`;
    return { ok: false, failure: { type: 'limit', code: 'CC_STEP_OUTPUT_TOO_LARGE', message } };
  }
}

function withoutSecrets(emitted: readonly Emitted[], redact: (text: string) => string): readonly Emitted[] {
  if (emitted.length === 0) return emitted;
  const text = JSON.stringify(emitted);
  const safe = redactJson(text, redact);
  return safe === text ? emitted : (JSON.parse(safe) as readonly Emitted[]);
}
