import { Agent, request } from 'node:http';
import type { Request } from './operations.js';

export interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

const PATIENCE_MS = 20_000;

/** Sends requests as they are: no client between that puts them right. A stream is left when it has begun. */
export class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(
    private readonly base: URL,
    private readonly token: string,
  ) {}

  send({ method, path, headers, body }: Request): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: this.base.hostname, port: this.base.port, method, path, agent: this.#agent, timeout: PATIENCE_MS,
          headers: { authorization: `Bearer ${this.token}`, ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) } }, // prettier-ignore
        (response) => {
          const type = response.headers['content-type'] ?? '';
          const answer = (text: string) =>
            resolve({
              status: response.statusCode!,
              headers: new Headers({ 'content-type': type }),
              body: type.includes('json') && text !== '' ? (JSON.parse(text) as unknown) : text,
            });
          if (type.startsWith('text/event-stream')) {
            response.destroy();
            return answer('');
          }
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('end', () => answer(text)).on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
