import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testDatabaseUrl } from './support/database.js';
import { HubProcess } from './support/triggers/hub-process.js';

const patience = 60_000;

describe('replicas by role', () => {
  let root: string;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  const hubs: HubProcess[] = [];
  const start = async (role: string) => {
    hubs.push(await HubProcess.start(root, database.url, {}, '--role', role));
    return hubs.at(-1)!;
  };

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'cc-roles-'));
    mkdirSync(join(root, 'workflows'));
    symlinkSync(resolve(import.meta.dirname, '../node_modules'), join(root, 'node_modules'));
    writeFileSync(join(root, 'commandcenter.yaml'), 'plugins: [{ use: transform }]\nworkflows: [workflows]\n');
    writeFileSync(
      join(root, 'workflows/one.yaml'),
      'id: one\nsteps: { a: { uses: transform.value, with: { value: 1 } } }\n',
    );
    database = await testDatabaseUrl();
  }, patience);

  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end()));
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  }, patience);

  it(
    'api accepts runs and drives none; a worker drives them and has no API',
    async () => {
      const api = await start('api');
      const { status, body } = await api.call('POST', '/workflows/one/runs', {});
      expect([status, body.status]).toEqual([202, 'queued']);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect((await api.call('GET', `/runs/${body.id}`)).body.status).toBe('queued');

      const worker = await start('worker');
      let run = body;
      for (let tries = 0; tries < 200 && run.status !== 'succeeded'; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        run = (await api.call('GET', `/runs/${body.id}`)).body;
      }
      expect(run).toMatchObject({ status: 'succeeded', steps: [{ id: 'a', output: 1 }] });
      expect((await worker.call('GET', '/runs')).status).toBe(404);
    },
    patience,
  );
});
