import { entities } from '../app.module.js';
import type { Config } from '../config/index.js';
import { migrate, openDatabase } from '../database/index.js';

/** `migrate`: brings the schema to this version and ends, for those who migrate before they roll out. */
export async function migrateOnly(config: Config): Promise<number> {
  const database = await openDatabase(config, entities);
  try {
    const { applied } = await migrate(database);
    const done = applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`;
    process.stdout.write(`${database.description}\n${done}\n`);
  } finally {
    await database.close();
  }
  return 0;
}
