import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startContainer } from './container.mjs';

/** Says where tests find PostgreSQL. The embedded one is started by the first test that asks (see database.ts). */
export default async function globalSetup() {
  process.env.CC_TEST_RUN ??= randomBytes(4).toString('hex');
  process.env.CC_TEST_FOLDER ??= mkdtempSync(join(tmpdir(), 'cc-test-'));
  // As root, PostgreSQL runs as another user, who has to get in.
  chmodSync(process.env.CC_TEST_FOLDER, 0o711);
  process.env.TEST_DATABASE_URL ??= (await startContainer()) ?? '';
}
