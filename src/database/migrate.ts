import { Logger, runMigrations } from 'graphile-worker';
import { MigrationExecutor, type Migration } from 'typeorm';
import { CcError } from '../errors/index.js';
import type { Database, Tx } from './database.js';

/** The session advisory lock that lets one replica migrate while the others wait. Any two numbers; ours. */
const lock = [0x4343, 2] as const;

/** Brings the schema up to this version of the code: ours, then graphile-worker's. Safe to call from many replicas at once. */
export async function migrate(database: Database): Promise<{ applied: string[] }> {
  const session = await database.pool.connect();
  try {
    await session.query('SELECT pg_advisory_lock($1, $2)', [...lock]);
    await refuseNewerSchema(session, database);
    const applied = await runOurs(database);
    await runMigrations({ pgPool: database.pool, logger: quiet });
    return { applied: applied.map((migration) => migration.name) };
  } finally {
    // Ends the session, and with it the lock, whatever state it is in.
    session.release(true);
  }
}

/** On a connection for reads, but without its time limit: a migration takes as long as it takes. */
async function runOurs({ dataSource }: Database): Promise<Migration[]> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SET statement_timeout = 0');
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    return await executor.executePendingMigrations();
  } finally {
    await runner.query('RESET statement_timeout').catch(() => undefined);
    await runner.release();
  }
}

/** Names of migrations this code has and the database has not. */
export async function pendingMigrations(database: Database): Promise<string[]> {
  const applied = new Set(await appliedNames(database.pool));
  return knownNames(database).filter((name) => !applied.has(name));
}

/** An older hub on a newer schema would write rows the newer one no longer understands. */
async function refuseNewerSchema(tx: Tx, database: Database): Promise<void> {
  const known = new Set(knownNames(database));
  const unknown = (await appliedNames(tx)).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new CcError(
    'CC_SCHEMA_NEWER',
    `The database holds migrations this hub does not know (${unknown.join(', ')}). Start the newer version of CommandCenter that wrote them.`,
  );
}

async function appliedNames(tx: Tx): Promise<string[]> {
  const { rows: found } = await tx.query<{ table: string | null }>("SELECT to_regclass('migrations')::text AS table");
  if (!found[0]?.table) return [];
  const { rows } = await tx.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  return rows.map((row) => row.name);
}

/** The names as TypeORM records them: the instance's, or its class's. */
function knownNames(database: Database): string[] {
  return database.dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
}

const quiet = new Logger(() => () => undefined);
