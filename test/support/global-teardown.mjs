import { existsSync } from 'node:fs';
import pg from 'pg';
import { stopContainer } from './container.mjs';
import { removeRunFolder } from './run-folder.mjs';

/** Leaves nothing: neither the databases of this run on a given server, nor the embedded server, nor its folder. */
export default async function globalTeardown() {
  const folder = process.env.CC_TEST_FOLDER;
  if (!folder || !existsSync(folder)) return;
  if (process.env.TEST_DATABASE_URL)
    await dropDatabases(process.env.TEST_DATABASE_URL, `cc_${process.env.CC_TEST_RUN}_`);
  await stopContainer();
  await removeRunFolder(folder);
}

async function dropDatabases(url, prefix) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [prefix]);
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
