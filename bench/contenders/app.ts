import 'reflect-metadata';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../dist/config/index.js';
import { startTelemetry } from '../../dist/telemetry/index.js';

/** The built application, whole, in this process, with these workflows. Telemetry is as the OTEL_* variables say. */
export async function openApp(workflows: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'cc-bench-hub-'));
  writeHub(root, workflows);
  const config = loadConfig({ ...process.env, PORT: '0' }, root);
  // Before what it instruments is loaded, as main does.
  const sdk = await startTelemetry(config.telemetry);
  const { createApp, entities } = await import('../../dist/app.module.js');
  const { migrate, openDatabase } = await import('../../dist/database/index.js');
  const { Secrets } = await import('../../dist/identity/index.js');
  const { createLog, nestLogger } = await import('../../dist/main/log.js');
  const database = await openDatabase(config, entities);
  await migrate(database);
  const log = nestLogger(createLog(config.logLevel, false, (line: string) => line));
  const app = await createApp(config, database, new Secrets(config, () => undefined), 'all', log);
  await app.init();
  const close = async () => {
    await app.close();
    await sdk.shutdown();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  };
  return { app, database, close };
}

function writeHub(folder: string, workflows: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'workflows'));
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  const say = resolve(import.meta.dirname, 'say');
  const file = `plugins: [{ use: transform }, { use: ${say} }]\nworkflows: [workflows]\nengine: { maxLogBytes: 100000000 }\n`;
  writeFileSync(join(folder, 'commandcenter.yaml'), file);
  for (const [id, text] of Object.entries(workflows)) writeFileSync(join(folder, 'workflows', `${id}.yaml`), text);
}
