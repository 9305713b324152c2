import { type Readable, Transform, type TransformCallback } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';
import { addressOf } from './address.js';

/** Bytes of a body that anybody may send at any time. */
const SMALL = 65_536;
/** Larger bodies at once: they are kept in memory before it is known who sends them. */
const MOST = 64;
const MOST_OF_ADDRESS = 8;
/** What is left of a large body must have arrived by then: its place is wanted by others. */
const REST_MS = 10_000;

/**
 * Places for large bodies of strangers. A place is taken when that much has arrived, not when it is announced: whoever
 * opens connections and sends nothing takes none.
 */
export class LargeBodies {
  #taken = 0;
  readonly #ofAddress = new Map<string, number>();

  constructor(private readonly restMs = REST_MS) {}

  /** What arrives, and CC_OVERLOADED in its place where there is no room for it. */
  through(arriving: Readable, request: FastifyRequest, reply: FastifyReply): Transform {
    let bytes = 0;
    let placed = false;
    const transform = (chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) => {
      bytes += chunk.length;
      if (placed || bytes <= SMALL) return done(null, chunk);
      placed = true;
      try {
        this.#take(request, reply, body);
      } catch (error) {
        reply.header('connection', 'close'); // the rest is not read
        return done(error as CcError);
      }
      done(null, chunk);
    };
    const body = new Transform({ transform });
    return arriving.pipe(body);
  }

  #take(request: FastifyRequest, reply: FastifyReply, body: Transform): void {
    const address = addressOf(request);
    const ofAddress = this.#ofAddress.get(address) ?? 0;
    if (this.#taken >= MOST || ofAddress >= MOST_OF_ADDRESS) {
      const most = ofAddress >= MOST_OF_ADDRESS ? `${MOST_OF_ADDRESS} of one address` : `${MOST}`;
      throw new CcError('CC_OVERLOADED', `more than ${most} large requests without a token at once`, { retryAfter: 1 });
    }
    this.#taken++;
    this.#ofAddress.set(address, ofAddress + 1);
    const late = setTimeout(() => request.raw.destroy(), this.restMs);
    body.once('end', () => clearTimeout(late));
    reply.raw.once('close', () => {
      clearTimeout(late);
      this.#taken--;
      const left = this.#ofAddress.get(address)! - 1;
      if (left === 0) this.#ofAddress.delete(address);
      else this.#ofAddress.set(address, left);
    });
  }
}
