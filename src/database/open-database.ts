import pg from 'pg';
import type { Config } from '../config/index.js';
import { CcError, messageOf } from '../errors/index.js';
import { Database, type Entities } from './database.js';
import { openEmbedded } from './embedded/open-embedded.js';

const oldestMajor = 15;

/**
 * Opens the server DATABASE_URL names, or the embedded one. The caller closes it, which stops an embedded server unless
 * `keepServer` then says that another hub comes at once.
 */
export async function openDatabase(
  config: Config,
  entities: Entities = [],
  keepServer: () => boolean = () => false,
): Promise<Database> {
  return config.databaseUrl === undefined
    ? openEmbeddedDatabase(config, entities, keepServer)
    : openServer(config.databaseUrl, config, entities);
}

async function openServer(url: string, config: Config, entities: Entities): Promise<Database> {
  const version = await serverVersion(url);
  const description = `PostgreSQL ${version} at ${placeOf(url)}`;
  return connect(new Database({ url, description, poolSize: config.engine.poolSize, entities }));
}

async function openEmbeddedDatabase(config: Config, entities: Entities, keepServer: () => boolean): Promise<Database> {
  const embedded = await openEmbedded(config.root, config.stateDir);
  try {
    const version = await serverVersion(embedded.url);
    return await connect(
      new Database({
        url: embedded.url,
        description: `embedded PostgreSQL ${version} in ${embedded.folder}`,
        poolSize: config.engine.poolSize,
        entities,
        afterClose: () => (keepServer() ? embedded.leave() : embedded.stop()),
      }),
    );
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

async function connect(database: Database): Promise<Database> {
  try {
    await database.dataSource.initialize();
    return database;
  } catch (error) {
    await database.pool.end();
    throw error;
  }
}

/** The server's version, or the reason why it cannot be ours. */
export async function serverVersion(url: string): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'commandcenter',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ number: string; name: string }>(
      "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name",
    );
    const { number = '0', name = '' } = rows[0] ?? {};
    refuseOldServer(Number(number), name, url);
    return name.split(' ')[0] ?? name;
  } catch (error) {
    if (error instanceof CcError) throw error;
    throw new CcError(
      'CC_DATABASE_UNAVAILABLE',
      `PostgreSQL at ${placeOf(url)} does not let us in: ${messageOf(error) || String((error as { code?: string }).code)}. Check DATABASE_URL and the server.`,
      { cause: error, retryAfter: 5 },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `number` is PostgreSQL's own: 150004 for 15.4. */
export function refuseOldServer(number: number, name: string, url: string): void {
  if (number >= oldestMajor * 10_000) return;
  throw new CcError(
    'CC_DATABASE_TOO_OLD',
    `PostgreSQL at ${placeOf(url)} is version ${name}; CommandCenter needs ${oldestMajor} or newer.`,
  );
}

/** host:port/database of a connection string: never its user or password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || 'localhost'}:${port || '5432'}${pathname === '/' ? '' : pathname}`;
}
