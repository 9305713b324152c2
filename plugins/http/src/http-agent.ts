import { Action, type ActionContext, Agent, CancelledError, RetryableError, TerminalError } from '@commandcenter/sdk';
import type { Dispatcher } from 'undici';
import { PrivateAddressError } from './address-guard.js';
import { HttpClient } from './http-client.js';
import { type Outgoing, outgoing, redirected } from './outgoing.js';
import { RequestInput, RequestOutput } from './request-schema.js';
import { decodeBody, readBody } from './response-body.js';
import { isExpected, isRetryable, retryAfterSeconds } from './status.js';

/**
 * Messages name the method and the origin, never more: path, query, headers and body may all hold a credential.
 */
@Agent({ id: 'http', title: 'HTTP', description: 'Sends HTTP requests.' })
export class HttpAgent {
  constructor(private readonly client: HttpClient) {}

  @Action({ id: 'request', title: 'Send a request', input: RequestInput, output: RequestOutput })
  async request(input: RequestInput, ctx: ActionContext): Promise<RequestOutput> {
    const startedAt = performance.now();
    const first = outgoing(input, ctx.traceparent);
    const { request, response } = await this.#follow(first, input, ctx.signal);
    const headers = flat(response.headers);
    const status = response.statusCode;
    if (!isExpected(status, input.expectStatus)) {
      await discard(response);
      throw refusal(request, status, headers['retry-after']);
    }
    const bytes = await attempt(request, ctx.signal, () => readBody(response, this.client.maxResponseBytes));
    const durationMs = Math.round(performance.now() - startedAt);
    return { status, headers, ...decodeBody(bytes, headers['content-type']), durationMs };
  }

  async #follow(first: Outgoing, { redirects, expectStatus }: RequestInput, signal: AbortSignal) {
    let request = first;
    for (let followed = 0; ; followed++) {
      const response = await attempt(request, signal, () => this.client.send(request, signal));
      const { statusCode: status } = response;
      const location = isRedirect(status) ? flat(response.headers)['location'] : undefined;
      // A redirect the step expects is its answer.
      if (location === undefined || redirects === 0 || isExpected(status, expectStatus)) return { request, response };
      await discard(response);
      if (followed === redirects) throw new TerminalError(`${name(first)} was redirected more than ${redirects} times`);
      request = next(request, status, location);
    }
  }
}

function next(request: Outgoing, status: number, location: string): Outgoing {
  const target = URL.canParse(location, request.url.href) ? redirected(request, status, location) : undefined;
  if (target !== undefined && /^https?:$/.test(target.url.protocol)) return target;
  throw new TerminalError(`${name(request)} was redirected to something that is not an http or https URL`);
}

/** Anything the network does may be over next time; what we refuse, or cannot send, will not be. */
async function attempt<T>(request: Outgoing, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (signal.aborted) throw new CancelledError(`${name(request)} was stopped`, { cause });
    if (cause instanceof TerminalError) throw cause;
    if (cause instanceof PrivateAddressError) throw new TerminalError(`${name(request)} is refused: ${cause.message}`);
    const code = (cause as { code?: unknown }).code;
    if (code === 'UND_ERR_INVALID_ARG') throw new TerminalError(`${name(request)} cannot be sent`, { cause });
    throw new RetryableError(`${name(request)} failed: ${typeof code === 'string' ? code : 'no answer'}`, { cause });
  }
}

function refusal(request: Outgoing, status: number, retryAfterHeader: string | undefined): Error {
  const message = `${name(request)} answered ${status}, which is not in expectStatus`;
  if (!isRetryable(status)) return new TerminalError(message);
  const retryAfter = retryAfterSeconds(retryAfterHeader);
  return new RetryableError(message, retryAfter === undefined ? {} : { retryAfter });
}

/** Read to the end when short, so that the connection can be used again; cut off when not. */
async function discard(response: Dispatcher.ResponseData): Promise<void> {
  await response.body.dump({ limit: 16 * 1024 }).catch(() => undefined);
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);
const name = ({ method, url }: Outgoing) => `${method} ${url.origin}`;
