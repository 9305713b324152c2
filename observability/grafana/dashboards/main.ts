/** `npm run dashboards`: writes generated/<uid>.json, which Grafana is provisioned with. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from './dashboards.ts';

const folder = join(import.meta.dirname, 'generated');
mkdirSync(folder, { recursive: true });
for (const [name, text] of files) {
  writeFileSync(join(folder, name), text);
  process.stdout.write(`${join(folder, name)}\n`);
}
