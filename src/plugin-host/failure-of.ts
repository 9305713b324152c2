import { failureKind } from '@commandcenter/sdk';
import { CcError, messageOf } from '../errors/index.js';
import type { Failure } from '../workflow/index.js';

export interface ClassifiedFailure {
  readonly failure: Failure;
  /** The least wait before the next attempt, where the action asked for one. */
  readonly retryAfterMs?: number;
}

/** A message becomes part of the run's log: one that carries a page of HTML must not fill it. */
const maxMessage = 2_000;
const maxCauses = 5;

/** What a thrown value means for the step: branded failures say so themselves, anything unknown may work next time. */
export function failureOf(thrown: unknown, redact: (text: string) => string = (text) => text): ClassifiedFailure {
  const say = (text: string) => cut(redact(text));
  const cause = causes(thrown);
  const rest = { message: say(messageOf(thrown)), ...(cause === '' ? {} : { cause: say(cause) }) };

  if (thrown instanceof CcError) return { failure: { type: typeOf(thrown), code: thrown.code, ...rest } };
  switch (failureKind(thrown)) {
    case 'terminal':
      return { failure: { type: 'terminal', code: 'CC_STEP_FAILED', ...rest } };
    case 'cancelled':
      return { failure: { type: 'cancelled', code: 'CC_RUN_CANCELLED', ...rest } };
    case 'retryable':
    case undefined:
      return { failure: { type: 'retryable', code: 'CC_STEP_FAILED', ...rest }, ...retryAfter(thrown) };
  }
}

/** The hub's own errors: only those that say "later" are worth another attempt. */
function typeOf(error: CcError): Failure['type'] {
  return error.kind === 'unavailable' || error.kind === 'rate_limited' ? 'retryable' : 'terminal';
}

function retryAfter(thrown: unknown): { readonly retryAfterMs?: number } {
  const seconds = (thrown as { retryAfter?: unknown } | null | undefined)?.retryAfter;
  return typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds)
    ? { retryAfterMs: seconds * 1_000 }
    : {};
}

function causes(thrown: unknown): string {
  const found: string[] = [];
  let cause = causeOf(thrown);
  while (cause !== undefined && cause !== null && found.length < maxCauses) {
    found.push(messageOf(cause));
    cause = causeOf(cause);
  }
  return found.join(' <- ');
}

const causeOf = (thrown: unknown): unknown => (thrown as { cause?: unknown } | null | undefined)?.cause;

const cut = (text: string) => (text.length > maxMessage ? `${text.slice(0, maxMessage)} [cut]` : text);
