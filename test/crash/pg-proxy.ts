import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { texts, type WireMessage, WireSplitter } from './wire.js';

/** A statement on its way from a hub to PostgreSQL. */
export interface Statement {
  /** The connection's application_name: `commandcenter journal`, say. */
  readonly connection: string;
  /** Of a prepared statement; empty for others. */
  readonly name: string;
  readonly text: string;
}

/** `before`: the server has not seen it. `after`: the server has answered, the hub has not heard it. */
export type Point = 'before' | 'after';
/** What to do at a trap: hold it for a while, kill somebody. `drop` ends the connection and forwards nothing. */
export type Act = (statement: Statement) => Promise<'forward' | 'drop'>;

interface Trap {
  readonly point: Point;
  readonly matches: (statement: Statement) => boolean;
  readonly act: Act;
  readonly sprung: () => void;
}

/**
 * Stands between one hub and PostgreSQL and reads along, so that a test can act at an exact point of a statement's way
 * without any switch in the hub. It can also cut the hub off, as a broken network does: nothing passes, nothing closes.
 */
export class PgProxy {
  readonly #links = new Set<Link>();
  readonly #traps: Trap[] = [];
  #cut: (connection: string) => boolean = () => false;
  #healed: Promise<void> = Promise.resolve();
  #heal: () => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (socket) => {
      const link = new Link(socket, this);
      this.#links.add(link);
      socket.once('close', () => this.#links.delete(link));
    });
  }

  static async open(databaseUrl: string): Promise<PgProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PgProxy(server, new URL(databaseUrl));
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  get upstream(): { readonly host: string; readonly port: number } {
    return { host: this.target.hostname, port: Number(this.target.port) };
  }

  /** Acts once, at the first statement that matches. Resolves when it has acted. */
  trap(point: Point, matches: (statement: Statement) => boolean, act: Act): Promise<void> {
    return new Promise((sprung) => this.#traps.push({ point, matches, act, sprung }));
  }

  /** Takes the trap for this statement away, if there is one. */
  sprung(point: Point, statement: Statement): Act | undefined {
    const index = this.#traps.findIndex((trap) => trap.point === point && trap.matches(statement));
    if (index < 0) return undefined;
    const [trap] = this.#traps.splice(index, 1);
    return (held) => trap!.act(held).finally(trap!.sprung);
  }

  forgetTraps(): void {
    this.#traps.length = 0;
  }

  /** Cuts all connections off, or those of some names. */
  cut(connections: (name: string) => boolean = () => true): void {
    this.#cut = connections;
    this.#healed = new Promise((heal) => (this.#heal = heal));
  }

  /** What was on its way when the network broke arrives now, late. */
  heal(): void {
    this.#cut = () => false;
    this.#heal();
  }

  async passable(connection: string): Promise<void> {
    if (this.#cut(connection)) await this.#healed;
  }

  async close(): Promise<void> {
    this.heal();
    for (const link of this.#links) link.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** One connection of the hub. The driver sends a statement only when the one before is answered, so one is on its way. */
class Link {
  readonly #upstream: Socket;
  readonly #sent = new WireSplitter(true);
  readonly #texts = new Map<string, string>();
  #connection = '';
  #batch: WireMessage[] = [];
  #outward: Promise<void> = Promise.resolve();
  #inward: Promise<void> = Promise.resolve();
  #answering: { readonly act: Act; readonly statement: Statement; readonly split: WireSplitter } | undefined;

  constructor(
    private readonly hub: Socket,
    private readonly proxy: PgProxy,
  ) {
    this.#upstream = connect({ ...proxy.upstream, noDelay: true });
    hub.setNoDelay(true);
    hub.on('data', (chunk) => this.#sent.push(chunk).forEach((message) => this.#collect(message)));
    this.#upstream.on('data', (chunk) => this.#then('#inward', () => this.#answer(chunk)));
    hub.on('error', () => undefined);
    this.#upstream.on('error', () => undefined);
    hub.on('close', () => this.#then('#outward', () => this.#upstream.destroy()));
    this.#upstream.on('close', () => this.#then('#inward', () => hub.destroy()));
  }

  destroy(): void {
    this.hub.destroy();
    this.#upstream.destroy();
  }

  /** In order, and only while the network is whole. */
  #then(way: '#inward' | '#outward', work: () => unknown): void {
    const run = async () => {
      await this.proxy.passable(this.#connection);
      await work();
    };
    if (way === '#inward') this.#inward = this.#inward.then(run);
    else this.#outward = this.#outward.then(run);
  }

  #collect(message: WireMessage): void {
    this.#batch.push(message);
    if (message.type === '') this.#connection = startupName(message);
    // Parse, Bind and so on go out together, when Sync ends them.
    if ('PBDECH'.includes(message.type) && message.type !== '') return;
    const batch = this.#batch;
    this.#batch = [];
    this.#then('#outward', () => this.#send(batch));
  }

  async #send(batch: readonly WireMessage[]): Promise<void> {
    const statement = this.#statementOf(batch);
    if (statement) {
      const before = this.proxy.sprung('before', statement);
      if (before && (await before(statement)) === 'drop') return this.destroy();
      const act = this.proxy.sprung('after', statement);
      if (act) this.#answering = { act, statement, split: new WireSplitter(false) };
    }
    await this.proxy.passable(this.#connection);
    if (!this.#upstream.destroyed) this.#upstream.write(Buffer.concat(batch.map(({ bytes }) => bytes)));
  }

  /** Answers of a trapped statement are kept until ReadyForQuery: by then what it did is durable. */
  readonly #kept: Buffer[] = [];
  async #answer(chunk: Buffer): Promise<void> {
    if (this.#answering) {
      this.#kept.push(chunk);
      if (!this.#answering.split.push(chunk).some(({ type }) => type === 'Z')) return;
      const { act, statement } = this.#answering;
      this.#answering = undefined;
      if ((await act(statement)) === 'drop') return this.destroy();
      chunk = Buffer.concat(this.#kept.splice(0));
    }
    if (!this.hub.destroyed) this.hub.write(chunk);
  }

  #statementOf(batch: readonly WireMessage[]): Statement | undefined {
    let found: Statement | undefined;
    for (const message of batch) {
      const [first = '', second = ''] = texts(message, 2);
      if (message.type === 'P') this.#texts.set(first, second);
      const name = message.type === 'B' ? second : '';
      if (message.type === 'B') found = { connection: this.#connection, name, text: this.#texts.get(name) ?? '' };
      if (message.type === 'Q') found = { connection: this.#connection, name, text: first };
    }
    return found;
  }
}

function startupName(message: WireMessage): string {
  const pairs = texts(message, 20);
  const at = pairs.findIndex((text, index) => index % 2 === 0 && text === 'application_name');
  return pairs[at + 1] ?? '';
}
