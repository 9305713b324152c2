import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Behaviour, parseBehaviour, wellBehaved } from './behaviour.ts';
import type { Json } from './check.ts';
import { Mailbox, type SlackMessage } from './mailbox.ts';
import { page } from './page.ts';
import { checkPayload } from './payload.ts';
import { readJson } from './requests.ts';

/** What Slack allows a channel. */
const limitMs = 1_000;

/** A Slack that keeps what it is sent. On 127.0.0.1 only. */
export class SlackInbox {
  readonly #server: Server;
  readonly #mailbox = new Mailbox();
  readonly #lastOf = new Map<string, number>();
  #behaviour: Behaviour = wellBehaved;
  /** Requests for Slack so far, whatever they were answered. */
  requests = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async listen(port: number): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get messages(): readonly SlackMessage[] {
    return this.#mailbox.messages;
  }

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  behave(behaviour: Partial<Behaviour>): void {
    this.#behaviour = { ...wellBehaved, ...behaviour };
  }

  clear(): void {
    this.#mailbox.clear();
    this.#lastOf.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page of elsewhere that a browser was lured to must neither read nor write here.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? ''))
      return send(response, 403, 'no such host');
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const post = request.method === 'POST';
    if (post && pathname.startsWith('/services/')) return this.#slack(request, response, pathname, 'webhook');
    if (post && /^\/api\/chat\.(postMessage|update)$/.test(pathname))
      return this.#slack(request, response, pathname, 'api');
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        return send(response, 200, page(this.messages, this.#mailbox.version, this.#behaviour), 'text/html');
      case 'GET /version':
        return json(response, { version: this.#mailbox.version });
      case 'GET /messages':
        return json(response, this.messages);
      case 'DELETE /messages':
        this.clear();
        return send(response, 204, '');
      case 'GET /behaviour':
        return json(response, this.#behaviour);
      case 'PUT /behaviour': {
        const behaviour = parseBehaviour(await readJson(request));
        if (typeof behaviour === 'string') return send(response, 400, behaviour);
        this.#behaviour = behaviour;
        return json(response, behaviour);
      }
      default:
        return send(response, 404, 'no_service');
    }
  }

  async #slack(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    via: SlackMessage['via'],
  ): Promise<void> {
    this.requests++;
    const { status, retryAfter, delayMs = 0, drop } = this.#spend();
    const payload = await readJson(request);
    if (delayMs > 0) await sleep(delayMs);
    if (drop) return void request.socket.destroy();
    if (status === 429) return limited(response, via, retryAfter ?? 1);
    if (status !== 200) return send(response, status, status >= 500 ? 'internal_error' : 'error');
    if (payload === undefined)
      return via === 'webhook' ? send(response, 400, 'invalid_payload') : json(response, no('invalid_json'));
    if (via === 'webhook') this.#webhook(path, payload, response);
    else this.#api(path, request.headers.authorization, payload, response);
  }

  /** The behaviour of this request: one that counts is used up by it. */
  #spend(): Behaviour {
    const now = this.#behaviour;
    const { count, limit } = now;
    if (count === undefined) return now;
    const next: Behaviour = limit === undefined ? wellBehaved : { ...wellBehaved, limit };
    if (count <= 0) return (this.#behaviour = next);
    this.#behaviour = count === 1 ? next : { ...now, count: count - 1 };
    return now;
  }

  #webhook(channel: string, payload: Json, response: ServerResponse): void {
    const verdict = checkPayload(payload);
    if (verdict) return send(response, 400, verdict.error);
    if (this.#tooSoon(channel)) return limited(response, 'webhook', 1);
    this.#mailbox.add(channel, 'webhook', payload);
    send(response, 200, 'ok');
  }

  #api(path: string, authorization: string | undefined, payload: Json, response: ServerResponse): void {
    if (authorization === undefined) return json(response, no('not_authed'));
    if (!/^Bearer xoxb-./.test(authorization)) return json(response, no('invalid_auth'));
    const { channel, ts } = payload;
    if (typeof channel !== 'string' || channel === '') return json(response, no('channel_not_found'));
    const verdict = checkPayload(payload);
    if (verdict) return json(response, no(verdict.error, verdict.messages));
    if (this.#tooSoon(channel)) return limited(response, 'api', 1);
    if (path.endsWith('postMessage')) {
      const message = this.#mailbox.add(channel, 'api', payload);
      return json(response, { ok: true, channel, ts: message.ts, message: payload });
    }
    if (!this.#mailbox.edit(channel, String(ts), payload)) return json(response, no('message_not_found'));
    json(response, { ok: true, channel, ts, text: payload['text'] ?? '' });
  }

  #tooSoon(channel: string): boolean {
    const now = Date.now();
    const soon = this.#behaviour.limit === true && now - (this.#lastOf.get(channel) ?? -Infinity) < limitMs;
    if (!soon) this.#lastOf.delete(channel);
    if (!soon) this.#lastOf.set(channel, now);
    // Paths are a caller's choice: the oldest are forgotten.
    if (this.#lastOf.size > 1_000) this.#lastOf.delete(this.#lastOf.keys().next().value!);
    return soon;
  }
}

const no = (error: string, messages: readonly string[] = []) => ({
  ok: false,
  error,
  ...(messages.length > 0 && { response_metadata: { messages } }),
});

function limited(response: ServerResponse, via: SlackMessage['via'], seconds: number): void {
  response.setHeader('retry-after', String(seconds));
  if (via === 'webhook') send(response, 429, 'rate_limited');
  else json(response, no('ratelimited'), 429);
}

const json = (response: ServerResponse, value: unknown, status = 200): void =>
  send(response, status, JSON.stringify(value), 'application/json');

function send(response: ServerResponse, status: number, body: string, type = 'text/plain'): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src https:",
  });
  response.end(body);
}
