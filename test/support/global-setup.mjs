import { randomBytes } from 'node:crypto';
import { startContainer } from './container.mjs';
import { createRunFolder, removeOrphans } from './run-folder.mjs';

/** Says where tests find PostgreSQL. The embedded one is started by the first test that asks (see database.ts). */
export default async function globalSetup() {
  await removeOrphans();
  process.env.CC_TEST_RUN ??= randomBytes(4).toString('hex');
  process.env.CC_TEST_FOLDER ??= createRunFolder();
  process.env.TEST_DATABASE_URL ??= (await startContainer()) ?? '';
}
