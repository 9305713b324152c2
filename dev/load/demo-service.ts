import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the workflows of the load call: a service with good and bad moments, on a free port of this machine. */
export class DemoService {
  /** Requests seen, by path. */
  readonly seen = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #server: Server;
  readonly #chance: () => number;

  private constructor(chance: () => number) {
    this.#chance = chance;
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://service');
      this.seen.set(url.pathname, (this.seen.get(url.pathname) ?? 0) + 1);
      this.#answer(url, response).catch(() => response.destroy());
    });
  }

  static async start(chance: () => number): Promise<DemoService> {
    const service = new DemoService(chance);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(url: URL, response: ServerResponse): Promise<void> {
    switch (url.pathname) {
      case '/health':
        await this.#pause(5, 60);
        return reply(response, this.#chance() < 0.85 ? 200 : 503);
      case '/flaky':
        await this.#pause(10, 250);
        return reply(response, this.#chance() < 0.6 ? 200 : 503);
      case '/broken':
        return reply(response, 500);
      case '/hangs':
        await this.#pause(5_000, 8_000);
        return reply(response, 200);
      case '/report': {
        const ms = Number(url.searchParams.get('ms') ?? 1_000);
        await this.#pause(ms, ms);
        return reply(response, 200);
      }
      default:
        return reply(response, 404);
    }
  }

  async #pause(atLeastMs: number, atMostMs: number): Promise<void> {
    await sleep(atLeastMs + this.#chance() * (atMostMs - atLeastMs), undefined, { signal: this.#closing.signal });
  }
}

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
}
