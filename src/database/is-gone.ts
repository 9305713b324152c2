import { messageOf } from '../errors/index.js';

/** Errors of Node when the server is not there, and SQLSTATE classes: connection, resources, operator intervention. */
const GONE = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|08...|25P03|53...|57...)$/;

/** Whether PostgreSQL is not there, or went away in the middle: the same may work later. */
export function isGone(thrown: unknown): boolean {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? GONE.test(code) : /connection|timeout exceeded/i.test(messageOf(thrown));
}
