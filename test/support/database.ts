import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Database, type Entities } from '../../src/database/database.js';
import { openScratchServer } from '../../src/database/embedded/open-embedded.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';

export interface TestDatabaseOptions {
  readonly entities?: Entities;
  readonly poolSize?: number;
  /** An empty database instead of a migrated one. */
  readonly empty?: boolean;
}

/** A migrated database of its own for one test file. Close it in afterAll: that drops it. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<Database> {
  const { url, drop } = await testDatabaseUrl(options);
  const database = new Database({
    url,
    description: 'test database',
    poolSize: options.poolSize ?? 10,
    ...(options.entities && { entities: options.entities }),
    afterClose: drop,
  });
  await database.dataSource.initialize();
  return database;
}

/** The same as a bare URL, for tests that start processes. */
export async function testDatabaseUrl(
  options: { empty?: boolean } = {},
): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = await serverUrl();
  const name = `${prefix()}${randomBytes(6).toString('hex')}`;
  const template = options.empty ? 'template0' : await migratedTemplate(server);
  await onServer(server, (client) => client.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`));
  return {
    url: withDatabase(server, name),
    drop: () => onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)),
  };
}

/** Made once per run under an advisory lock; its name follows the text of the migrations. */
async function migratedTemplate(server: string): Promise<string> {
  const hash = createHash('sha256').update(migrations.map(String).join('\n')).digest('hex').slice(0, 12);
  const template = `${prefix()}template_${hash}`;
  await onServer(server, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('cc_test_template'))");
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount) return;
    const building = `${template}_building`;
    await client.query(`DROP DATABASE IF EXISTS "${building}" WITH (FORCE)`);
    await client.query(`CREATE DATABASE "${building}" TEMPLATE template0`);
    const database = new Database({ url: withDatabase(server, building), description: 'template', poolSize: 5 });
    await database.dataSource.initialize();
    await migrate(database);
    await database.close();
    await client.query(`ALTER DATABASE "${building}" RENAME TO "${template}"`);
  });
  return template;
}

/** TEST_DATABASE_URL or a container (see global-setup.mjs), else an embedded server that the first caller starts. */
async function serverUrl(): Promise<string> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return given;
  const folder = process.env['CC_TEST_FOLDER'];
  if (!folder) throw new Error('testDatabase() works in *.int-spec.ts and *.e2e-spec.ts only: a *.spec.ts does no I/O');
  const answer = join(folder, 'answer.json');
  if (isFirst(folder)) {
    const outcome = await openScratchServer(join(folder, 'server')).catch((error: Error) => ({ error: error.message }));
    // Written under another name first: a reader must never see half of it.
    writeFileSync(`${answer}.part`, JSON.stringify(outcome));
    renameSync(`${answer}.part`, answer);
  }
  for (let waited = 0; !existsSync(answer) && waited < 60_000; waited += 50) await sleep(50);
  const { url, error } = JSON.parse(readFileSync(answer, 'utf8')) as { url?: string; error?: string };
  if (!url) throw new Error(`No PostgreSQL for the tests: ${error}`);
  return url;
}

function isFirst(folder: string): boolean {
  try {
    closeSync(openSync(join(folder, 'starting'), 'wx'));
    return true;
  } catch {
    return false;
  }
}

const prefix = () => `cc_${process.env['CC_TEST_RUN']}_`;

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
