import type { Emitted } from '../workflow/index.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** One attempt of one step, as the engine asks for it. The functions are the engine's ears; they do not throw, and they black out secrets. */
export interface AgentCall {
  readonly agent: string;
  readonly action: string;
  readonly input: unknown;
  readonly run: { readonly id: string; readonly workflow: string; readonly version: string };
  readonly step: string;
  /** From 1. */
  readonly attempt: number;
  readonly idempotencyKey: string;
  /** May be a getter that makes it. */
  readonly signal: AbortSignal;
  readonly traceparent?: string;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  progress(fraction: number, text?: string): void;
  cost(usd: number, kind: string): void;
  heartbeat(): void;
}

export interface AgentResult {
  /** Matches the action's schema. That it is JSON is not proven here: the engine stringifies it once, and refuses then. */
  readonly output: unknown;
  readonly emitted: readonly Emitted[];
}
