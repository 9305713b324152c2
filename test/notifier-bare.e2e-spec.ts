import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testDatabaseUrl } from './support/database.js';
import { notification } from './support/notifier-site.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

it('starts as it is shipped, without a secret: refuses Alertmanager, and says once what to set', async () => {
  const root = mkdtempSync(join(tmpdir(), 'commandcenter-bare-'));
  mkdirSync(join(root, 'workflows'));
  copyFileSync(resolve(import.meta.dirname, '../commandcenter.yaml'), join(root, 'commandcenter.yaml'));
  const database = await testDatabaseUrl();
  const hub = await HubProcess.start(root, database.url);
  try {
    for (const authorization of ['Bearer x', 'Bearer undefined', 'Bearer x']) {
      const response = await fetch(`${hub.url}/plugins/notifier/alertmanager`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(notification('Bare')),
      });
      expect(response.status).toBe(401);
    }
    const said = () => hub.log.filter((line) => line.includes('set ALERTMANAGER_WEBHOOK_TOKEN'));
    await until('the hint', () => said().length > 0);
    expect(said()).toHaveLength(1);
  } finally {
    await hub.end();
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  }
});
