import { CancelledError, RetryableError, TerminalError } from '@commandcenter/sdk';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data?: unknown;
}

/** As GitHub asks: no further request for a minute, when it says nothing better. */
const defaultRestSeconds = 60;

/** Messages hold what was tried, the status and GitHub's own sentence; no cause: it would hold the request. */
export function failureOf(thrown: unknown, what: string, signal: AbortSignal, redact: (text: string) => string): Error {
  if (signal.aborted) return new CancelledError(`${what} was stopped`);
  const { response, cause } = thrown as { response?: Answer; cause?: { name?: unknown } };
  if (response === undefined) {
    const late = cause?.name === 'TimeoutError' ? ' in time' : '';
    return new RetryableError(`${what} failed: GitHub does not answer${late}`);
  }
  const { status } = response;
  const message = `${what} failed: GitHub answered ${status}${cut(sentence(response.data), redact)}`;
  const retryAfter = restSeconds(response);
  if (retryAfter !== undefined) return new RetryableError(message, { retryAfter });
  if (status >= 500 || status === 408) return new RetryableError(message);
  if (status === 404) return new TerminalError(`${message}: there is no such thing, or the token may not see it`);
  return new TerminalError(message);
}

/** Seconds that a rate limit, primary or secondary, asks for; undefined when there is none. */
function restSeconds({ status, headers, data }: Answer, now = Date.now()): number | undefined {
  const after = secondsOf(headers['retry-after']);
  if (after !== undefined && [403, 429, 503].includes(status)) return after;
  if (status !== 403 && status !== 429) return undefined;
  const reset = secondsOf(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && reset !== undefined) {
    // A second more: clocks differ.
    return Math.max(1, Math.ceil(reset - now / 1_000) + 1);
  }
  return status === 429 || /rate limit/i.test(sentence(data)) ? defaultRestSeconds : undefined;
}

function secondsOf(header: string | number | undefined): number | undefined {
  return header !== undefined && /^\d{1,10}$/.test(String(header)) ? Number(header) : undefined;
}

function sentence(data: unknown): string {
  const { message, errors } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (typeof message !== 'string') return '';
  const wrong = (Array.isArray(errors) ? errors : [])
    .map((error: unknown) => {
      const { field, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
      return typeof code === 'string' ? `${String(field ?? '')} ${code}`.trim() : '';
    })
    .filter((text) => text !== '');
  return `: ${[message, ...wrong].join('; ')}`;
}

/** Redacted before: of a part of a secret the hub would not know that it is one. */
function cut(text: string, redact: (text: string) => string): string {
  return redact(text).slice(0, 302);
}
