import { CcError, messageOf } from '../errors/index.js';

/** Errors of Node when the server is not there, and SQLSTATE classes: connection, resources, operator intervention. */
const GONE = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|08...|53...|57...)$/;

/** A lost or absent PostgreSQL as CC_DATABASE_UNAVAILABLE; everything else as it came. */
export function unavailable(thrown: unknown): unknown {
  if (thrown instanceof CcError) return thrown;
  const { code } = thrown as { code?: unknown };
  const message = messageOf(thrown);
  const gone = typeof code === 'string' ? GONE.test(code) : /connection|timeout exceeded/i.test(message);
  if (!gone) return thrown;
  return new CcError(
    'CC_DATABASE_UNAVAILABLE',
    `the events were not stored: PostgreSQL does not answer (${message}). Send them again.`,
    {
      cause: thrown,
      retryAfter: 2,
    },
  );
}
