import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A statement on its way that the test has in its hands. */
export interface Held {
  /** Lets it, and what was queued behind it, go on to the server. */
  release(): void;
  /** Breaks the client's connection; the server hears nothing of it, and may get the statement later. */
  cutClient(): void;
  /** Breaks both sides; the server never sees the statement. */
  drop(): void;
}

type Watch = { readonly text: string; readonly caught: (link: Link, chunk: Buffer) => void };

/** Stands between a client and PostgreSQL. Looks for bytes in what the client sends, and holds or answers badly what it finds. */
export class TcpProxy {
  readonly #watches: Watch[] = [];
  readonly #links = new Set<Link>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (socket) => {
      const link: Link = new Link(socket, connect(Number(target.port || 5432), target.hostname), (chunk) =>
        this.#caught(link, chunk),
      );
      this.#links.add(link);
    });
  }

  static async open(databaseUrl: string): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, new URL(databaseUrl));
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Resolves when a statement of this name, as clients send it, is held. */
  hold(statement: string): Promise<Held> {
    return new Promise((resolve) => {
      this.#watches.push({
        text: statement,
        caught: (link, chunk) => {
          link.hold(chunk);
          resolve({
            release: () => link.release(),
            cutClient: () => link.client.destroy(),
            drop: () => link.destroy(),
          });
        },
      });
    });
  }

  /** The server executes the next statement of this name; its answer never arrives, for the connection breaks. */
  loseAnswer(statement: string): Promise<void> {
    return new Promise((resolve) => {
      this.#watches.push({
        text: statement,
        caught: (link, chunk) => {
          link.server.removeAllListeners('data');
          link.server.once('data', () => {
            link.destroy();
            resolve();
          });
          link.server.write(chunk);
        },
      });
    });
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #caught(link: Link, chunk: Buffer): boolean {
    // Names of statements end with a NUL on the wire, so `journal` is not found in `journal-inbox`.
    const at = this.#watches.findIndex(({ text }) => chunk.includes(`\0${text}\0`));
    if (at < 0) return false;
    const [watch] = this.#watches.splice(at, 1);
    watch!.caught(link, chunk);
    return true;
  }
}

class Link {
  #queue: Buffer[] | undefined;

  constructor(
    readonly client: Socket,
    readonly server: Socket,
    catches: (chunk: Buffer) => boolean,
  ) {
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => undefined);
    client.on('data', (chunk: Buffer) => {
      if (this.#queue) this.#queue.push(chunk);
      else if (!catches(chunk)) server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => client.writable && client.write(chunk));
    server.on('close', () => client.destroy());
    client.on('close', () => this.#queue === undefined && server.end());
  }

  hold(chunk: Buffer): void {
    this.#queue = [chunk];
  }

  release(): void {
    const queue = this.#queue ?? [];
    this.#queue = undefined;
    for (const chunk of queue) this.server.write(chunk);
  }

  destroy(): void {
    this.client.destroy();
    this.server.destroy();
  }
}
