import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface Received {
  readonly at: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: any;
}

export type Answer =
  | 'drop'
  | {
      readonly status: number;
      readonly retryAfter?: number | string;
      readonly body?: string;
      /** Only of a request whose path or body has this. */
      readonly to?: string;
    };

/** A server at the other end of the notifier: keeps what it took, answers as it is told. */
export class Receiver {
  readonly taken: Received[] = [];
  readonly refused: Received[] = [];
  /** How the next requests are answered, one each; then 200. `drop` breaks the connection. */
  readonly answers: Answer[] = [];
  /** How every request is answered whose body has this text. */
  hates: { readonly text: string; readonly answer: Answer } | undefined;
  /** Until this is set, every request is refused with 503. */
  down = false;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const received = {
        at: Date.now(),
        path: request.url ?? '',
        headers: request.headers,
        body: parsed(text, request.headers),
      };
      const answer = this.#answerTo(`${received.path} ${JSON.stringify(received.body)}`);
      if (answer === undefined) {
        this.taken.push(received);
        response.end(this.#yes(request.url ?? ''));
        return;
      }
      this.refused.push(received);
      if (answer === 'drop') {
        request.socket.destroy();
        return;
      }
      const { status, retryAfter, body = 'no' } = answer;
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
      response.end(body);
    });
  });

  #answerTo(said: string): Answer | undefined {
    if (this.down) return { status: 503 };
    if (this.hates !== undefined && said.includes(this.hates.text)) return this.hates.answer;
    const [next] = this.answers;
    if (next !== undefined && next !== 'drop' && !said.includes(next.to ?? '')) return undefined;
    return this.answers.shift();
  }

  /** Slack's Web API names the message it posted; an incoming webhook does not. */
  #yes(path: string): string {
    if (!path.startsWith('/api/')) return 'ok';
    const number = this.taken.filter((one) => one.path === '/api/chat.postMessage').length;
    return JSON.stringify({ ok: true, channel: 'C1', ts: `1700000000.${String(number).padStart(6, '0')}` });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  at(path: string): Received[] {
    return this.taken.filter((received) => received.path === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** The Web API takes forms too, with JSON in their fields. */
function parsed(text: string, headers: IncomingHttpHeaders): unknown {
  if (!headers['content-type']?.includes('urlencoded')) return JSON.parse(text);
  return Object.fromEntries(new URLSearchParams(text));
}

export interface AlertOptions {
  readonly startsAt?: string;
  readonly status?: 'firing' | 'resolved';
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly reason?: string;
}

/** As Alertmanager 0.33 sends it, of a group with one alert. */
export function notification(name: string, options: AlertOptions = {}) {
  const {
    status = 'firing',
    startsAt = '2026-11-23T10:00:00.000Z',
    reason = status === 'firing' ? 'first notification' : 'all alerts resolved',
  } = options;
  const labels = { alertname: name, severity: 'critical', ...options.labels };
  const annotations = { summary: `${name} is on fire`, ...options.annotations };
  const alert = {
    status,
    labels,
    annotations,
    startsAt,
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-23T10:04:12.000Z',
    generatorURL: 'http://127.0.0.1:9090/graph?g0.expr=up',
    fingerprint: Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 32),
  };
  return {
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'commandcenter',
    groupLabels: { alertname: name },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: 'http://127.0.0.1:9093',
    notification_reason: reason,
    alerts: [alert],
  };
}
