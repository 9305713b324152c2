import { isGone } from '../../database/index.js';
import { CcError, messageOf, type Problem } from '../../errors/index.js';
import { summaryOf } from '../validate.js';

/** A plugin called a port with what the hub does not take. `what`: `The items of plugin x`. */
export function callInvalid(what: string, problems: readonly Problem[]): CcError {
  return new CcError('CC_PLUGIN_CALL_INVALID', `${what} cannot be taken: ${summaryOf(problems.slice(0, 20))}`, {
    problems,
  });
}

/** Runs a port's work on the database; a lost PostgreSQL is CC_DATABASE_UNAVAILABLE, so that a route answers 503. */
export async function onDatabase<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof CcError || !isGone(thrown)) throw thrown;
    const message = `${what}: PostgreSQL does not answer (${messageOf(thrown)}); try again`;
    throw new CcError('CC_DATABASE_UNAVAILABLE', message, { cause: thrown, retryAfter: 2 });
  }
}
