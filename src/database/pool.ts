import { AsyncResource } from 'node:async_hooks';
import pg from 'pg';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/**
 * Who waits for a connection goes on in the context in which they asked: `query` waits by a callback, which pg calls in the
 * context of whoever gives a connection back, and the query would stand in that one's trace.
 */
export class Pool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | void {
    return connected === undefined ? super.connect() : super.connect(AsyncResource.bind(connected));
  }
}
