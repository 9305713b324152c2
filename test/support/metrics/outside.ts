import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The outside world of steps: `/ok`, `/missing` (404), `/down` (503), `/hang` (never answers), `/flaky/<name>` (503 twice,
 * then 200), `/flaky-once/<name>` (503 once) and `/hold` (answers when told to).
 */
export class Outside {
  readonly #asked = new Map<string, number>();
  readonly #held: ServerResponse[] = [];
  #holding = true;

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Outside> {
    const server = createServer();
    const outside = new Outside(server);
    server.on('request', ({ url = '' }, response: ServerResponse) => outside.#answer(url, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return outside;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get held(): number {
    return this.#held.length;
  }

  hold(): void {
    this.#holding = true;
  }

  /** Answers what is held; from now on nothing is. */
  release(): void {
    this.#holding = false;
    for (const response of this.#held.splice(0)) response.end();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #answer(url: string, response: ServerResponse): void {
    const asked = (this.#asked.get(url) ?? 0) + 1;
    this.#asked.set(url, asked);
    if (url === '/hang') return;
    if (url === '/hold' && this.#holding) {
      this.#held.push(response);
      response.once('close', () => {
        const place = this.#held.indexOf(response);
        if (place >= 0) this.#held.splice(place, 1);
      });
      return;
    }
    response.writeHead(statusOf(url, asked)).end();
  }
}

function statusOf(url: string, asked: number): number {
  if (url === '/missing') return 404;
  const fails = url === '/down' ? Infinity : url.startsWith('/flaky/') ? 2 : url.startsWith('/flaky-once/') ? 1 : 0;
  return asked <= fails ? 503 : 200;
}
