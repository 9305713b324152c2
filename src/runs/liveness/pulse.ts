/** Others may take the runs of a replica 3 s after its last heartbeat (see liveness-sql.ts); the rest is for what is under way. */
const certainMs = 2500;

/**
 * When the last heartbeat that reached PostgreSQL was sent, in memory that the main thread shares with the liveness thread:
 * it holds when both were stopped and the main thread is the first to go on. Told by two clocks, for the one that never
 * jumps stands still while the machine sleeps.
 */
export class Pulse {
  /** Milliseconds of the monotonic clock and of the wall clock, modulo 2^32. Written by the thread. */
  readonly memory = new SharedArrayBuffer(8);
  readonly #sent = new Int32Array(this.memory);

  /** Whether nobody can have declared this replica dead yet. True before the first heartbeat: nothing is owned then. */
  get certain(): boolean {
    const monotonic = Atomics.load(this.#sent, 0);
    if (monotonic === 0) return true;
    const [seconds, nanoseconds] = process.hrtime();
    const age = (seconds * 1000 + nanoseconds / 1e6 - monotonic) | 0;
    return age < certainMs && ((Date.now() - Atomics.load(this.#sent, 1)) | 0) < certainMs;
  }
}
