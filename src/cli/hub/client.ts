import { setTimeout as sleep } from 'node:timers/promises';
import { CcError } from '../../errors/index.js';
import type { Connection } from './connection.js';
import { readEvents, type HubEvent } from './event-stream.js';
import { HubError, hubErrorOf } from './hub-error.js';

export interface HubRequest {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sending it twice has the effect of sending it once: GET always, POST when a key or id makes it so. */
  readonly repeatable?: boolean;
  /** Milliseconds for one attempt. */
  readonly timeoutMs?: number;
  readonly attempts?: number;
  readonly signal?: AbortSignal;
}

const defaultTimeoutMs = 15_000;
/** Of a stream: a hub that lives says something every 15 s. */
const longestSilenceMs = 45_000;
const defaultAttempts = 4;
const firstDelayMs = 200;
/** A `Retry-After` longer than this is for people to decide about. */
const longestDelayMs = 10_000;

/** Speaks HTTP with the hub: token, timeouts, retries where they are safe, errors as sentences. */
export class HubClient {
  constructor(private readonly connection: Connection) {}

  get url(): string {
    return this.connection.url;
  }

  get<T>(path: string, request: HubRequest = {}): Promise<T> {
    return this.send<T>('GET', path, { repeatable: true, ...request });
  }

  /** What does not come as JSON. */
  async text(path: string, type: string): Promise<string> {
    const { response, text } = await this.answer('GET', path, { headers: { accept: type } });
    if (!response.ok) throw hubErrorOf(response, text);
    return text;
  }

  /** Server-sent events as they come, until the hub ends them. One that says nothing at first, or nothing any more, is gone. */
  async *events(path: string, request: HubRequest): AsyncGenerator<HubEvent, void> {
    const silence = new AbortController();
    const late = () => silence.abort(new DOMException('the hub said nothing', 'TimeoutError'));
    let timer = setTimeout(late, request.timeoutMs ?? defaultTimeoutMs);
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(late, longestSilenceMs);
    };
    try {
      const headers = { accept: 'text/event-stream', ...request.headers };
      const response = await this.fetch('GET', path, { ...request, headers }, silence.signal);
      if (!response.ok) throw hubErrorOf(response, await response.text());
      if (response.body !== null) yield* readEvents(response.body, alive);
    } catch (thrown) {
      throw thrown instanceof HubError ? thrown : this.unreachable(thrown, request.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  post<T>(path: string, request: HubRequest = {}): Promise<T> {
    return this.send<T>('POST', path, request);
  }

  put<T>(path: string, request: HubRequest): Promise<T> {
    return this.send<T>('PUT', path, { repeatable: true, ...request });
  }

  patch<T>(path: string, request: HubRequest): Promise<T> {
    return this.send<T>('PATCH', path, request);
  }

  delete(path: string): Promise<void> {
    return this.send('DELETE', path, {});
  }

  private async send<T>(method: string, path: string, request: HubRequest): Promise<T> {
    const attempts = request.repeatable === true ? (request.attempts ?? defaultAttempts) : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once<T>(method, path, request);
      } catch (thrown) {
        const delay = delayBefore(thrown, attempt);
        if (attempt >= attempts || delay === undefined) throw thrown;
        await sleep(delay, undefined, request.signal === undefined ? {} : { signal: request.signal });
      }
    }
  }

  private async once<T>(method: string, path: string, request: HubRequest): Promise<T> {
    const { response, text } = await this.answer(method, path, request);
    if (!response.ok) throw hubErrorOf(response, text);
    if (text === '') return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new CcError(
        'CC_HUB_UNREACHABLE',
        `${response.url} did not answer with JSON: is ${this.connection.url} a CommandCenter hub?`,
        { cause },
      );
    }
  }

  private async answer(
    method: string,
    path: string,
    request: HubRequest,
  ): Promise<{ response: Response; text: string }> {
    try {
      const timeout = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
      const response = await this.fetch(method, path, request, timeout);
      return { response, text: await response.text() };
    } catch (cause) {
      throw this.unreachable(cause, request.signal);
    }
  }

  private fetch(method: string, path: string, request: HubRequest, timeout: AbortSignal): Promise<Response> {
    return fetch(this.address(path, request.query), {
      method,
      headers: this.headers(request),
      signal: request.signal ? AbortSignal.any([timeout, request.signal]) : timeout,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
  }

  /** What to throw; throws itself when it was the caller who went away. */
  private unreachable(cause: unknown, caller: AbortSignal | undefined): CcError {
    caller?.throwIfAborted();
    const where = `The hub at ${this.connection.url} (from ${this.connection.source})`;
    return new CcError(
      'CC_HUB_UNREACHABLE',
      `${where} does not answer: ${reasonOf(cause)}. Is it running? \`commandcenter start\` starts one here.`,
      { cause },
    );
  }

  private address(path: string, query: HubRequest['query'] = {}): URL {
    const url = new URL(`${this.connection.url.replace(/\/+$/, '')}/api/v1/${path}`);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }

  private headers(request: HubRequest): Record<string, string> {
    return {
      accept: 'application/json',
      ...(this.connection.token === undefined ? {} : { authorization: `Bearer ${this.connection.token}` }),
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...request.headers,
    };
  }
}

/** Milliseconds to wait before the next attempt; undefined = do not try again. */
function delayBefore(thrown: unknown, attempt: number): number | undefined {
  const backoff = firstDelayMs * 2 ** (attempt - 1);
  if (thrown instanceof CcError && thrown.code === 'CC_HUB_UNREACHABLE') return backoff;
  if (!(thrown instanceof HubError) || !thrown.passing) return undefined;
  const asked = thrown.retryAfterSeconds === undefined ? backoff : thrown.retryAfterSeconds * 1000;
  return asked > longestDelayMs ? undefined : asked;
}

/** fetch says "fetch failed"; what happened is in the cause. */
function reasonOf(thrown: unknown): string {
  const { name, message, cause } = thrown as {
    name?: unknown;
    message?: unknown;
    cause?: { code?: unknown; message?: unknown };
  };
  if (name === 'TimeoutError') return 'no answer in time';
  return [cause?.code, cause?.message, message].find((text) => typeof text === 'string') ?? String(thrown);
}
