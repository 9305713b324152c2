import type { RunEventView } from '../run-reader/views.js';

/** Told what happens in a run, in order and without gaps. */
export interface FeedListener {
  /** Whether it can take more now; if not, nothing is read for it until `more()`. */
  events(events: readonly RunEventView[]): boolean;
  /** All that was written of the run has been told; `null` = the run is gone, its retention has passed. */
  ended(status: string | null): void;
}

/** One reader of one run. */
export class Watch {
  ready = true;

  constructor(
    readonly id: string,
    /** The last event that was told. */
    public position: number,
    readonly listener: FeedListener,
    private readonly feed: { poll(): void; leave(watch: Watch): void },
  ) {}

  /** Readers of one run that have seen the same share what is read. */
  get key(): string {
    return `${this.id}/${this.position}`;
  }

  more(): void {
    if (this.ready) return;
    this.ready = true;
    this.feed.poll();
  }

  stop(): void {
    this.feed.leave(this);
  }

  tell(events: readonly RunEventView[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.position = last.seq;
    this.ready = this.listener.events(events);
  }
}
