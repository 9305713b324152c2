/**
 * Steps pass together; a suspect passes alone. First come, first served: a suspect that waits holds up the steps after
 * it, so it gets its turn, and steps that wait hold up the next suspect.
 */
export class SoloGate {
  #inside = 0;
  #solo = false;
  #admitting = false;
  readonly #queue: { readonly solo: boolean; readonly go: () => void }[] = [];

  /** Calls `go` now or when the turn comes. Every `go` must be answered by one `leave()`. */
  enter(go: () => void): void {
    if (!this.#solo && this.#queue.length === 0) {
      this.#inside++;
      go();
    } else this.#queue.push({ solo: false, go });
  }

  /** Calls `go` when nobody else is inside. Answer it by one `leaveSolo()`. */
  enterSolo(go: () => void): void {
    this.#queue.push({ solo: true, go });
    this.#admit();
  }

  leave(): void {
    this.#inside--;
    this.#admit();
  }

  leaveSolo(): void {
    this.#solo = false;
    this.#admit();
  }

  /** A `go` may leave at once, which admits the next: in this loop and not inside it, for the queue can be very long. */
  #admit(): void {
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) next();
    } finally {
      this.#admitting = false;
    }
  }

  #next(): (() => void) | undefined {
    const [first] = this.#queue;
    if (first === undefined || this.#solo || (first.solo && this.#inside > 0)) return undefined;
    this.#queue.shift();
    if (first.solo) this.#solo = true;
    else this.#inside++;
    return first.go;
  }
}
