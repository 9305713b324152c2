import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { testDatabaseUrl } from './support/database.js';
import { HubProcess, token } from './support/triggers/hub-process.js';

const patience = 120_000;

describe('SLOs of a hub', () => {
  let root: string;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  const hubs: HubProcess[] = [];
  const start = async () => {
    hubs.push(await HubProcess.start(root, database.url));
    return hubs.at(-1)!;
  };
  const file = () => join(root, 'rules/commandcenter-slo.yml');
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 100));
  };
  const workflow = (slo: string) =>
    writeFileSync(
      join(root, 'workflows/pay.yaml'),
      `id: pay\n${slo}\nsteps: { a: { uses: transform.value, with: { value: 1 } } }\n`,
    );

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'cc-slo-'));
    mkdirSync(join(root, 'workflows'));
    symlinkSync(resolve(import.meta.dirname, '../node_modules'), join(root, 'node_modules'));
    // Nobody listens on port 1.
    writeFileSync(
      join(root, 'commandcenter.yaml'),
      'plugins: [{ use: transform }]\nworkflows: [workflows]\nprometheus: { url: "http://127.0.0.1:1", rulesDir: rules }\n',
    );
    workflow('slo: { success: 99.5%, duration: { p95: 30s }, window: 7d }');
    database = await testDatabaseUrl();
  }, patience);

  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end()));
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  }, patience);

  it(
    'are in the file and the API; another replica takes over from one that is gone; without an slo the file is gone',
    async () => {
      const first = await start();
      await until(() => existsSync(file()));
      const second = await start();
      const response = await fetch(`${second.url}/api/v1/slos/rules`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(response.headers.get('content-type')).toMatch(/^application\/yaml/);
      const rules = await response.text();
      expect(readFileSync(file(), 'utf8')).toBe(rules);
      expect((parse(rules) as { groups: { name: string }[] }).groups.map(({ name }) => name)).toEqual([
        'slo pay-duration',
        'slo pay-success',
      ]);
      const { status, body } = await second.call('GET', '/slos');
      expect(status).toBe(200);
      const about = { workflow: 'pay', window: '7d', state: 'unknown', budget: null };
      const reason = expect.stringMatching(/^Prometheus does not answer/) as string;
      expect(body).toMatchObject({
        items: [
          { ...about, slo: 'pay-success', kind: 'success', objective: 0.995, limitSeconds: null, reason },
          { ...about, slo: 'pay-duration', kind: 'duration', objective: 0.95, limitSeconds: 30, reason },
        ],
        nextCursor: null,
      });

      process.kill(first.pid, 'SIGKILL');
      rmSync(file());
      await until(() => existsSync(file()));
      expect(readFileSync(file(), 'utf8')).toBe(rules);

      workflow('');
      await second.end();
      await start();
      await until(() => !existsSync(file()));
    },
    patience,
  );
});
