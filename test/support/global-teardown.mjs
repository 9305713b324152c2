import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { stopContainer } from './container.mjs';

/** Leaves nothing: neither the databases of this run on a given server, nor the embedded server, nor its folder. */
export default async function globalTeardown() {
  const folder = process.env.CC_TEST_FOLDER;
  if (!folder || !existsSync(folder)) return;
  await stopEmbedded(join(folder, 'server', 'data', 'postmaster.pid'));
  if (process.env.TEST_DATABASE_URL)
    await dropDatabases(process.env.TEST_DATABASE_URL, `cc_${process.env.CC_TEST_RUN}_`);
  await stopContainer();
  rmSync(folder, { recursive: true, force: true });
}

async function stopEmbedded(pidFile) {
  if (!existsSync(pidFile)) return;
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGINT');
  for (let waited = 0; existsSync(pidFile) && waited < 10_000; waited += 50) await sleep(50);
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
