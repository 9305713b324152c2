import type { PluginSecrets } from '@commandcenter/sdk';

/** What Tail needs to know of secrets. */
export type Blackener = Pick<PluginSecrets, 'redact' | 'longest'>;

/**
 * The end of a stream, in bounded memory: what went wrong is told last. Where it is cut no secret is cut with it: the rest
 * of one would be known to nobody as a secret.
 */
export class Tail {
  readonly #max: number;
  readonly #secrets: Blackener;
  #chunks: Buffer[] = [];
  #kept = 0;
  /** Whether anything before what is kept is gone. */
  #lost = false;
  truncated = false;

  constructor(max: number, secrets: Blackener) {
    this.#max = max;
    this.#secrets = secrets;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.byteLength;
    if (this.#kept <= this.#max) return;
    this.truncated = true;
    // Joined only when twice as much is there, so that many small chunks cost no more than few large ones.
    if (this.#kept > 2 * this.#room) this.#join();
  }

  /** Bytes that are no UTF-8 become U+FFFD, also where the cut went through a character. Redacted when it is truncated. */
  text(): string {
    this.#join();
    const all = (this.#chunks[0] ?? Buffer.alloc(0)).toString('utf8');
    if (!this.truncated) return all;
    const redacted = Buffer.from(this.#secrets.redact(all));
    // What begins the kept part may be the end of a secret, and is never shown, however much shorter all else became.
    const whole = this.#lost ? redacted.subarray(this.#secrets.longest) : redacted;
    return whole.subarray(-this.#max).toString('utf8');
  }

  get #room(): number {
    return this.#max + this.#secrets.longest;
  }

  #join(): void {
    const all = Buffer.concat(this.#chunks);
    if (all.byteLength > this.#room) this.#lost = true;
    // A copy: a part of a buffer would keep the whole of it.
    const kept = Buffer.from(all.subarray(-this.#room));
    this.#chunks = [kept];
    this.#kept = kept.byteLength;
  }
}
