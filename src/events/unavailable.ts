import { isGone } from '../database/index.js';
import { CcError, messageOf } from '../errors/index.js';

/** A lost or absent PostgreSQL as CC_DATABASE_UNAVAILABLE; everything else as it came. */
export function unavailable(thrown: unknown): unknown {
  if (thrown instanceof CcError || !isGone(thrown)) return thrown;
  return new CcError(
    'CC_DATABASE_UNAVAILABLE',
    `the events were not stored: PostgreSQL does not answer (${messageOf(thrown)}). Send them again.`,
    {
      cause: thrown,
      retryAfter: 2,
    },
  );
}
