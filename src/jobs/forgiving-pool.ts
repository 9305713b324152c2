import pg from 'pg';

type Taken = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (destroy?: Error | boolean) => void,
) => void;

/**
 * graphile-worker gives the connection it listens on back twice when that breaks while it stops. pg-pool throws at the
 * second time, where nobody catches it, and the process would end.
 */
export class ForgivingPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Taken): void;
  override connect(callback?: Taken): Promise<pg.PoolClient> | void {
    if (callback === undefined) return super.connect();
    super.connect((error, client, release) => {
      let released = false;
      callback(error, client, (destroy) => {
        if (released) return;
        released = true;
        release(destroy);
      });
    });
  }
}
