import { CancelledError } from '@commandcenter/sdk';
import pg from 'pg';
import type { Connection } from './connections.js';
import { type Rows, runStatement, type Statement } from './run-statement.js';

/** The server was asked to cancel; after this long the connection is closed, whatever it says. */
const cancelMs = 700;

/**
 * Runs a statement in a transaction of its own. A connection goes back to the pool only after all went well, with nothing
 * left on it of what the statement may have set, listened to or locked.
 */
export async function inTransaction(
  connection: Connection,
  statement: Statement,
  mode: 'READ ONLY' | 'READ WRITE',
  signal: AbortSignal,
): Promise<Rows> {
  const client = await take(connection.pool, signal);
  let spoilt = true;
  let late: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  try {
    const pid = await begin(client, mode, connection.options.statementTimeoutMs);
    const stopped = new Promise<never>((_, reject) => {
      stop = () => {
        void cancel(connection.config, pid);
        late = setTimeout(reject, cancelMs, new CancelledError());
      };
      signal.addEventListener('abort', stop);
    });
    signal.throwIfAborted();
    const rows = await Promise.race([runStatement(client, statement), stopped]);
    signal.throwIfAborted();
    await client.query('COMMIT');
    await client.query('DISCARD ALL');
    spoilt = false;
    return rows;
  } finally {
    clearTimeout(late);
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    client.release(spoilt);
  }
}

/** A connection of the pool; one that comes after the step has gone is given back. */
async function take(pool: pg.Pool, signal: AbortSignal): Promise<pg.PoolClient> {
  signal.throwIfAborted();
  const coming = pool.connect();
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new CancelledError());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([coming, stopped]);
  } catch (thrown) {
    coming.then(
      (client) => client.release(),
      () => undefined,
    );
    throw thrown;
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

/** Answers the number under which the server knows the connection. */
async function begin(client: pg.ClientBase, mode: string, timeoutMs: number): Promise<number> {
  const results = (await client.query(
    `BEGIN TRANSACTION ${mode}; SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL TimeZone = 'UTC';
     SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'iso_8601'; SELECT pg_backend_pid() AS pid`,
  )) as unknown as readonly pg.QueryResult<{ pid: number }>[];
  return results.at(-1)!.rows[0]!.pid;
}

/** By a connection of its own: that of the statement hears nothing before its end. */
async function cancel(config: pg.ClientConfig, pid: number): Promise<void> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: cancelMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT pg_cancel_backend($1)', [pid]);
  } catch {
    // Its statement_timeout is left.
  } finally {
    await client.end().catch(() => undefined);
  }
}
