/**
 * Steps pass together; a suspect passes alone. First come, first served: a suspect that waits holds up the steps after
 * it, so it gets its turn, and steps that wait hold up the next suspect.
 */
export class SoloGate {
  #inside = 0;
  #solo = false;
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

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined && !this.#solo; next = this.#queue[0]) {
      if (next.solo && this.#inside > 0) return;
      this.#queue.shift();
      if (next.solo) this.#solo = true;
      else this.#inside++;
      next.go();
    }
  }
}
