import { Readable } from 'node:stream';

/** Beyond this a client is behind: nothing more is read for it until it has taken what it has. */
const BUFFER_BYTES = 64 * 1024;

export interface StreamTimes {
  /** How long a stream may be silent, and a token expired that holds it. */
  readonly beatMs: number;
  /** How long a client may take nothing before it is dropped; it comes back with Last-Event-ID. */
  readonly stallMs: number;
  /** What a client is told to wait before it comes back. */
  readonly retryMs: number;
}

/** Where what is told comes from. */
export interface Source {
  /** The client took what it had, and may be told more. */
  more(): void;
  stop(): void;
}

/** Server-sent events for one client. Its source tells no more than it takes. */
export class EventStream extends Readable {
  #source: Source | undefined;
  #beat: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;

  constructor(
    private readonly times: StreamTimes,
    private readonly mayGoOn: () => Promise<boolean>,
  ) {
    super({ highWaterMark: BUFFER_BYTES });
  }

  /** `begin` begins to tell this stream. */
  start(begin: (stream: EventStream) => Source): void {
    this.push(`retry: ${this.times.retryMs}\n\n`); // headers go out with it, however long the run is silent
    this.#beat = setInterval(() => void this.#beatOrLeave(), this.times.beatMs);
    this.#source = begin(this);
  }

  /** Whether it can take more now; if not, its source is asked for `more()`. */
  tell(text: string): boolean {
    if (this.push(text)) return true;
    this.#stall ??= setTimeout(
      () => this.destroy(new Error(`the client took nothing for ${this.times.stallMs} ms`)),
      this.times.stallMs,
    );
    return false;
  }

  /** The client may come back, to another replica perhaps. */
  leave(reason: string): void {
    this.finish(`: ${reason}\n\n`);
  }

  finish(text: string): void {
    if (this.destroyed || this.#beat === undefined) return;
    this.#release();
    this.push(text);
    this.push(null);
  }

  override _read(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#source?.more();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#release();
    done(error);
  }

  /** Ends the stream of who may no longer see it. */
  async check(): Promise<boolean> {
    const allowed = await this.mayGoOn().catch(() => true); // PostgreSQL is away: nobody was revoked meanwhile
    if (!allowed) this.leave('the token or session has ended');
    return allowed;
  }

  async #beatOrLeave(): Promise<void> {
    if (!(await this.check())) return;
    if (this.#stall === undefined && !this.readableEnded && !this.destroyed) this.push(': beat\n\n');
  }

  #release(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
    clearTimeout(this.#stall);
    this.#source?.stop();
  }
}
