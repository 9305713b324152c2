/** The end of a stream, in bounded memory: what went wrong is told last. */
export class Tail {
  readonly #max: number;
  #chunks: Buffer[] = [];
  #kept = 0;
  truncated = false;

  constructor(max: number) {
    this.#max = max;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.byteLength;
    if (this.#kept <= this.#max) return;
    this.truncated = true;
    // Joined only when twice as much is there, so that many small chunks cost no more than few large ones.
    if (this.#kept > 2 * this.#max) this.#join();
  }

  /** Bytes that are no UTF-8 become U+FFFD, also where the cut went through a character. */
  text(): string {
    this.#join();
    return (this.#chunks[0] ?? Buffer.alloc(0)).toString('utf8');
  }

  #join(): void {
    // A copy: a part of a buffer would keep the whole of it.
    const kept = Buffer.from(Buffer.concat(this.#chunks).subarray(-this.#max));
    this.#chunks = [kept];
    this.#kept = kept.byteLength;
  }
}
