import { RetryableError, TerminalError } from '@commandcenter/sdk';
import pg from 'pg';

/** Classes of SQLSTATE that may be over next time: connection, serialization and deadlock, resources, operator, system. */
const passing = new Set(['08', '40', '53', '57', '58']);
const passingToo = new Set(['55006', '55P03', '25P03', '25P04']);
const gone = '57P04';

export function isPassing(sqlstate: string): boolean {
  if (sqlstate === gone) return false;
  return passing.has(sqlstate.slice(0, 2)) || passingToo.has(sqlstate);
}

/** Messages name the connection as the options call it; detail and values of PostgreSQL's errors are other people's data. */
export function failureOf(thrown: unknown, connection: string, redact: (text: string) => string): Error {
  if (thrown instanceof pg.DatabaseError && thrown.code !== undefined) {
    const message = `${connection}: ${thrown.code} ${said(thrown, redact)}`;
    return isPassing(thrown.code) ? new RetryableError(message) : new TerminalError(message);
  }
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  if (isDistrust(String(code), String(message))) {
    return new TerminalError(`${connection}: the server is not trusted (${code ?? message}); see sslmode and ca`);
  }
  if (String(message).startsWith('SASL')) return new TerminalError(`${connection}: the server wants another password`);
  const why = typeof code === 'string' ? code : message === 'timeout exceeded when trying to connect' ? 'no connection in time' : 'the connection was lost'; // prettier-ignore
  return new RetryableError(`${connection} does not answer: ${why}`);
}

/** Class 22 quotes the value that does not fit; others quote the statement. Redacted before it is cut. */
function said({ code, message }: pg.DatabaseError, redact: (text: string) => string): string {
  return code?.startsWith('22') === true ? 'a value does not fit its type' : redact(message).slice(0, 300);
}

function isDistrust(code: string, message: string): boolean {
  return (
    /CERT|ERR_TLS|ERR_SSL|UNABLE_TO_|EPROTO/.test(code) || message === 'The server does not support SSL connections'
  );
}
