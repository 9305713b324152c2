import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly body?: string;
  /** The connection is cut instead of answered. */
  readonly cut?: boolean;
  /** No answer at all. */
  readonly hang?: boolean;
  /** The body is sent, and more may come. */
  readonly open?: boolean;
}

type Handler = (request: Seen) => Answer;

/** A real HTTP server that plays the API: the command line's half of the contract, without a hub. */
export class TinyHub {
  readonly seen: Seen[] = [];
  readonly #routes = new Map<string, Handler>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        const seen = {
          method: request.method ?? '',
          url: new URL(request.url ?? '', 'http://hub'),
          headers: request.headers,
          body,
        };
        this.seen.push(seen);
        const handler = this.#routes.get(`${seen.method} ${seen.url.pathname}`);
        const answer = handler?.(seen) ?? problem(404, 'CC_ROUTE_NOT_FOUND', 'no such route');
        if (answer.cut === true) return request.socket.destroy();
        if (answer.hang === true) return;
        response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
        response.write(answer.body ?? (answer.json === undefined ? '' : JSON.stringify(answer.json)));
        if (answer.open !== true) response.end();
      });
    });
  }

  static async start(): Promise<TinyHub> {
    const hub = new TinyHub();
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `on('GET /runs', ...)`: below /api/v1. A list of answers is given one by one, the last for ever. */
  on(route: string, answers: Handler | Answer | readonly Answer[]): this {
    const [method, path] = route.split(' ') as [string, string];
    this.#routes.set(`${method} /api/v1${path}`, handlerOf(answers));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function handlerOf(answers: Handler | Answer | readonly Answer[]): Handler {
  if (typeof answers === 'function') return answers;
  const list = Array.isArray(answers) ? [...(answers as readonly Answer[])] : [answers as Answer];
  return () => (list.length > 1 ? list.shift() : list[0]) ?? {};
}

export function problem(status: number, code: string, detail: string, more: object = {}): Answer {
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(status === 429 && { 'retry-after': '0' }),
    },
    json: { type: `urn:commandcenter:error:${code}`, title: 'A title', status, detail, code, ...more },
  };
}

/** The stream of a run: an event for each seq, then its end, or nothing more. */
export function stream(seqs: readonly number[], status?: string): Answer {
  const events = seqs.map((seq) => `id: ${seq}\ndata: {"seq":${seq}}\n\n`).join('');
  const end = status === undefined ? '' : `event: end\ndata: {"status":"${status}"}\n\n`;
  return { headers: { 'content-type': 'text/event-stream' }, body: `retry: 2000\n\n${events}${end}`, open: status === undefined }; // prettier-ignore
}
