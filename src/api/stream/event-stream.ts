import { Readable } from 'node:stream';
import type { FeedListener, RunEventView, Watch } from '../../runs/index.js';

/** Beyond this a client is behind: nothing more is read for it until it has taken what it has. */
const BUFFER_BYTES = 64 * 1024;

export interface StreamTimes {
  /** How long a stream may be silent, and a token revoked that holds it. */
  readonly beatMs: number;
  /** How long a client may take nothing before it is dropped; it comes back with Last-Event-ID. */
  readonly stallMs: number;
  /** What a client is told to wait before it comes back. */
  readonly retryMs: number;
}

/** A run as server-sent events. Of what a slow client has not taken at most one read of the feed is kept. */
export class EventStream extends Readable implements FeedListener {
  #watch: Watch | undefined;
  #beat: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;

  constructor(
    private readonly times: StreamTimes,
    private readonly mayGoOn: () => Promise<boolean>,
  ) {
    super({ highWaterMark: BUFFER_BYTES });
  }

  /** `watch` begins to tell this listener. */
  start(watch: (listener: FeedListener) => Watch): void {
    this.push(`retry: ${this.times.retryMs}\n\n`); // headers go out with it, however long the run is silent
    this.#beat = setInterval(() => void this.#check(), this.times.beatMs);
    this.#watch = watch(this);
  }

  events(events: readonly RunEventView[]): boolean {
    const text = events.map((event) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join('');
    if (this.push(text)) return true;
    this.#stall ??= setTimeout(
      () => this.destroy(new Error(`the client took nothing for ${this.times.stallMs} ms`)),
      this.times.stallMs,
    );
    return false;
  }

  ended(status: string | null): void {
    this.#finish(`event: end\ndata: ${JSON.stringify({ status })}\n\n`);
  }

  /** The client may come back, to another replica perhaps. */
  leave(reason: string): void {
    this.#finish(`: ${reason}\n\n`);
  }

  override _read(): void {
    clearTimeout(this.#stall);
    this.#stall = undefined;
    this.#watch?.more();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#release();
    done(error);
  }

  async #check(): Promise<void> {
    const allowed = await this.mayGoOn().catch(() => true); // PostgreSQL is away: nobody was revoked meanwhile
    if (!allowed) this.leave('the token or session has ended');
    else if (this.#stall === undefined && !this.readableEnded && !this.destroyed) this.push(': beat\n\n');
  }

  #finish(text: string): void {
    if (this.destroyed || this.#beat === undefined) return;
    this.#release();
    this.push(text);
    this.push(null);
  }

  #release(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
    clearTimeout(this.#stall);
    this.#watch?.stop();
  }
}
