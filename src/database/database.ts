import pg from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';
import { migrations } from './migrations/index.js';
import { Pool } from './pool.js';

/** What can be queried inside or outside a transaction. */
export type Tx = pg.ClientBase | pg.Pool;

export type Entities = readonly (EntitySchema | (new (...args: never[]) => object))[];

export interface DatabaseOptions {
  readonly url: string;
  /** For people: which server this is, without the password. */
  readonly description: string;
  readonly poolSize: number;
  readonly entities?: Entities;
  /** Done after the last connection is closed. */
  readonly afterClose?: () => Promise<void>;
}

/** Connections for reads through TypeORM; apart from the hot path's, so that a slow list cannot hold up a journal. */
const readConnections = 5;
/** What PostgreSQL has not read by then it gives up: a question without an index must not hold a connection for minutes. */
const READ_MS = 5_000;

/** The one door to PostgreSQL: a pool for written SQL, and TypeORM for entities and reads. */
export class Database {
  readonly url: string;
  readonly description: string;
  readonly pool: pg.Pool;
  readonly dataSource: DataSource;
  private readonly afterClose: (() => Promise<void>) | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: DatabaseOptions) {
    this.url = options.url;
    this.description = options.description;
    this.afterClose = options.afterClose;
    this.pool = new Pool({
      connectionString: options.url,
      max: options.poolSize,
      application_name: 'commandcenter',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 10_000,
    });
    // A restart of PostgreSQL breaks connections, idle and lent ones. The pool drops them and whoever is waiting for an
    // answer gets the error; without these listeners the process would end.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.dataSource = new DataSource({
      type: 'postgres',
      driver: pg,
      url: options.url,
      applicationName: 'commandcenter reads',
      poolSize: readConnections,
      connectTimeoutMS: READ_MS,
      extra: { statement_timeout: READ_MS },
      poolErrorHandler: () => undefined,
      installExtensions: false,
      synchronize: false,
      logging: false,
      entities: [...(options.entities ?? [])] as never[],
      migrations: [...migrations],
      migrationsTableName: 'migrations',
      migrationsTransactionMode: 'each',
    });
  }

  async transaction<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await fn(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((cause: Error) => (broken = cause));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.pool.end();
    await this.afterClose?.();
  }
}
