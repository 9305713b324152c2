import { createServer, type Server } from 'node:http';

/** Answers each request when told to: the outside world of a step that is under way. */
export class SlowServer {
  private readonly waiting: (() => void)[] = [];
  private onArrival: (() => void) | undefined;
  arrivals = 0;

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<SlowServer> {
    const server = createServer();
    const slow = new SlowServer(server);
    server.on('request', (_request, response) => {
      slow.arrivals++;
      slow.waiting.push(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}'));
      slow.onArrival?.();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return slow;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}/`;
  }

  arrival(): Promise<void> {
    if (this.waiting.length > 0) return Promise.resolve();
    return new Promise((resolve) => (this.onArrival = resolve));
  }

  answerAll(): void {
    for (const answer of this.waiting.splice(0)) answer();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
