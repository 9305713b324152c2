import { setTimeout as sleep } from 'node:timers/promises';
import type { HubClient } from '../hub/client.js';
import { HubError, isPassing } from '../hub/hub-error.js';

const firstDelayMs = 250;
const longestDelayMs = 5_000;
/** A hub without a place for a stream says when to ask again; it is not believed beyond this. */
const longestAskedMs = 10_000;

/**
 * Says when there is something new of a run, so that nobody need ask again and again. It hangs on the run's stream, and
 * comes back after the last event it saw whenever that breaks: over restarts of the hub, to another replica, and where all
 * places are taken.
 */
export class RunNews {
  /** The stream has told all there is. */
  over = false;
  #fresh = false;
  #ended = false;
  #refused: { readonly reason: unknown } | undefined;
  #last: string | undefined;
  #wake: () => void = () => undefined;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;

  constructor(
    private readonly hub: HubClient,
    private readonly id: string,
    private readonly outer: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([outer, this.#closing.signal]);
    this.#follow().catch((reason: unknown) => {
      this.#refused = { reason };
      this.#wake();
    });
  }

  /** Whether anything happened since this was asked last. */
  take(): boolean {
    const fresh = this.#fresh;
    this.#fresh = this.#ended = false;
    return fresh;
  }

  /** Until something happens, at most this long. */
  wait(ms: number): Promise<void> {
    return this.#until(() => this.#fresh, ms);
  }

  /** This long, unless the run ends. */
  pause(ms: number): Promise<void> {
    return this.#until(() => this.#ended, ms);
  }

  stop(): void {
    this.#closing.abort();
  }

  async #until(happened: () => boolean, ms: number): Promise<void> {
    const late = performance.now() + ms;
    for (let left = ms; left > 0 && !happened(); left = late - performance.now()) {
      if (this.#refused === undefined) await this.#woken(left);
      this.outer.throwIfAborted();
      if (this.#refused !== undefined) throw this.#refused.reason;
    }
  }

  async #woken(ms: number): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(ms, undefined, { signal: AbortSignal.any([this.outer, woken.signal]) }).catch(() => undefined);
  }

  async #follow(): Promise<void> {
    for (let failures = 0; !this.over; failures += 1) {
      let asked: number | undefined;
      try {
        for await (const { id, event } of this.#events()) {
          failures = 0;
          this.#last = id ?? this.#last;
          this.#ring(event === 'end');
        }
      } catch (thrown) {
        if (!isPassing(thrown)) throw thrown;
        if (thrown instanceof HubError) asked = thrown.retryAfterSeconds;
      }
      if (this.over) return;
      this.#ring(false); // what the stream does not tell now has to be asked for
      await sleep(delayAfter(failures, asked), undefined, { signal: this.#signal });
    }
  }

  #events(): ReturnType<HubClient['events']> {
    return this.hub.events(`runs/${encodeURIComponent(this.id)}/stream`, {
      signal: this.#signal,
      ...(this.#last !== undefined && { headers: { 'last-event-id': this.#last } }),
    });
  }

  #ring(ended: boolean): void {
    this.over ||= ended;
    this.#ended ||= ended;
    this.#fresh = true;
    this.#wake();
  }
}

/** Milliseconds. Not all who lost the same hub come back in the same moment. */
function delayAfter(failures: number, askedSeconds: number | undefined): number {
  const backoff = Math.min(firstDelayMs * 2 ** Math.min(failures, 10), longestDelayMs) * (0.5 + 0.5 * Math.random());
  return Math.max(backoff, Math.min((askedSeconds ?? 0) * 1000, longestAskedMs));
}
