import type { WorkerEvents } from 'graphile-worker';

/** Checks in a row: one alone may only mean that an agent blocked the event loop. */
const misses = 3;

/**
 * Tells when graphile-worker no longer asks for jobs. It stops for good when one answer is lost at the wrong moment (and
 * may hang doing so), remembers an error of its first query for ever, and waits for minutes after a restart of PostgreSQL.
 */
export class WorkerWatch {
  readonly stalled: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #busy = 0;
  #answeredAt = Date.now();
  #missed = 0;

  constructor(
    events: WorkerEvents,
    private readonly concurrency: number,
    private readonly times: { readonly stalledAfterMs: number; readonly checkMs: number },
  ) {
    const answered = () => (this.#answeredAt = Date.now());
    events.on('worker:getJob:empty', answered);
    events.on('job:start', () => (this.#busy++, answered()));
    events.on('job:complete', () => (this.#busy--, answered()));
    this.stalled = new Promise((resolve) => {
      events.once('pool:gracefulShutdown', () => resolve());
      this.#timer = setInterval(() => this.#check(resolve), times.checkMs);
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(stalled: () => void): void {
    const asking = this.#busy < this.concurrency;
    this.#missed = asking && Date.now() - this.#answeredAt > this.times.stalledAfterMs ? this.#missed + 1 : 0;
    if (this.#missed >= misses) stalled();
  }
}
