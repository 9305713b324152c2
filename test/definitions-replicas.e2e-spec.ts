import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { outcomeOf, spawnCommand } from './support/cli/process.js';
import { testDatabaseUrl } from './support/database.js';
import { eventually } from './support/engine.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess, token } from './support/triggers/hub-process.js';

const patience = 90_000;
const text = (id: string, name: string, on = '') =>
  `id: ${id}\nname: ${name}\n${on}steps: { s: { uses: acme.say, with: { n: 1 } } }\n`;

describe('workflows that change, on two replicas', () => {
  let folder: PluginFolder;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  let hubs: HubProcess[] = [];
  const start = () => HubProcess.start(folder.path, database.url);
  const config = (plugins: string) =>
    folder.write('commandcenter.yaml', `plugins: [${plugins}]\nworkflows: [workflows]\n`);
  const cc = (...argv: string[]) =>
    spawnCommand(folder.path, argv, { COMMANDCENTER_URL: hubs[0]!.url, COMMANDCENTER_TOKEN: token });
  const put = (hub: HubProcess, id: string, name: string, on = '') =>
    hub.call('PUT', `/workflows/${id}`, { id, name, ...(on && { on: { schedule: [{ cron: on }] } }), steps: step });
  const step = { s: { uses: 'acme.say' } };

  beforeAll(async () => {
    folder = new PluginFolder();
    const shipped = `{ id: 'shipped', steps: { s: { uses: 'acme.say', with: { text: 'from the plugin' } } } }`;
    folder.plugin('acme', `{ workflows: [${shipped}] }`);
    config(`{ use: ./acme.mjs }`);
    mkdirSync(join(folder.path, 'workflows'));
    writeFileSync(join(folder.path, 'workflows/filed.yaml'), text('filed', 'one'));
    database = await testDatabaseUrl();
    hubs = await Promise.all([start(), start()]);
  }, patience);

  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end()));
    await database.drop();
    folder.remove();
  }, patience);

  it(
    'a PUT at one is soon what the other runs, schedules too; a disabled one starts on neither',
    async () => {
      const [here, there] = hubs as [HubProcess, HubProcess];
      expect((await put(here, 'put', 'one', '0 4 * * *')).status).toBe(201);
      expect((await there.call('POST', '/workflows/put/runs', {})).status).toBe(202); // at once: it is met by its id
      const { body } = await put(here, 'put', 'two', '0 5 * * *');
      await eventually(async () => expect((await there.call('GET', '/workflows/put')).body.version).toBe(body.version));
      const crons = async () =>
        (await there.call('GET', '/schedules')).body.items.map(({ cron }: { cron: string }) => cron);
      await eventually(async () => expect(await crons()).toEqual(['0 5 * * *']));
      await here.call('POST', '/workflows/put/disable');
      await eventually(async () => expect((await there.call('POST', '/workflows/put/runs', {})).status).toBe(409));
      await eventually(async () => expect(await crons()).toEqual([]));
    },
    patience,
  );

  it(
    'an edited file is the new version on both without a restart; a bad edit is told and changes nothing',
    async () => {
      const file = join(folder.path, 'workflows/filed.yaml');
      const name = (hub: HubProcess) => hub.call('GET', '/workflows/filed').then(({ body }) => body.name as string);
      writeFileSync(file, text('filed', 'two'));
      for (const hub of hubs) await eventually(async () => expect(await name(hub)).toBe('two'), 5_000);
      const { body: run } = await hubs[0]!.call('POST', '/workflows/filed/runs', {});
      writeFileSync(file, 'id: filed\nsteps: { s: { uses: acme.shout } }\n');
      for (const hub of hubs) {
        await eventually(async () => {
          const { loadProblems } = (await hub.call('GET', '/system')).body;
          expect(loadProblems).toMatchObject([{ file: 'workflows/filed.yaml', problems: [{ line: 2 }] }]);
        }, 10_000);
        expect((await hub.call('GET', '/workflows/filed')).body).toMatchObject({ name: 'two', enabled: true });
        expect(hub.log.some((line) => line.includes('workflows/filed.yaml is not loaded'))).toBe(true);
      }
      expect((await hubs[1]!.call('POST', '/workflows/filed/runs', {})).body.version).toBe(run.version);
      expect((await outcomeOf(cc('workflows', 'list'))).stderr).toContain('workflows/filed.yaml:2');
      writeFileSync(file, text('filed', 'three'));
      for (const hub of hubs) await eventually(async () => expect(await name(hub)).toBe('three'), 10_000);
      // The run keeps its version.
      expect((await hubs[0]!.call('GET', `/runs/${run.id}`)).body.version).toBe(run.version);
    },
    patience,
  );

  it(
    'a file that somebody disabled stays disabled through edits, its deletion, and a restart',
    async () => {
      await hubs[0]!.call('POST', '/workflows/filed/disable');
      const file = join(folder.path, 'workflows/filed.yaml');
      const stood = readFileSync(file, 'utf8');
      rmSync(file);
      await eventually(async () =>
        expect((await hubs[1]!.call('GET', '/workflows/filed')).body).toMatchObject({ gone: true, enabled: false }),
      );
      expect((await hubs[1]!.call('POST', '/workflows/filed/enable')).status).toBe(409);
      writeFileSync(file, stood.replace('three', 'four'));
      await hubs[1]!.end();
      hubs[1] = await start();
      expect((await hubs[1].call('GET', '/workflows/filed')).body).toMatchObject({
        name: 'four',
        gone: false,
        enabled: false,
        disabledBy: expect.any(String) as string,
      });
      expect((await hubs[0]!.call('POST', '/workflows/filed/enable')).body.enabled).toBe(true);
    },
    patience,
  );

  it(
    'apply, killed in the middle: every workflow is whole, and applying again ends it',
    async () => {
      const count = 150;
      const id = (n: number) => `applied-${String(n).padStart(3, '0')}`;
      mkdirSync(join(folder.path, 'deploy'));
      const writeAll = (name: string) => {
        for (let n = 0; n < count; n++) writeFileSync(join(folder.path, 'deploy', `${id(n)}.yaml`), text(id(n), name));
      };
      writeAll('before');
      expect((await outcomeOf(cc('workflows', 'apply', 'deploy'))).code).toBe(0);
      writeAll('after');
      const applying = cc('workflows', 'apply', 'deploy', '--json');
      const outcome = outcomeOf(applying);
      const names = async (hub: HubProcess) => {
        const { body } = await hub.call('GET', '/workflows?limit=200');
        const all = body.items as { id: string; name: string }[];
        return all.filter((one) => one.id.startsWith('applied-')).map((one) => one.name);
      };
      // The one that is applied to: the other sees a change up to a second later, when all may be done.
      await eventually(async () => expect(await names(hubs[0]!)).toContain('after'));
      await hubs[0]!.end('SIGKILL');
      const { code, stdout } = await outcome;
      const items = (JSON.parse(stdout) as { items: { outcome: string }[] }).items;
      expect([code, items.length]).toEqual([3, count]);
      const changed = items.filter((item) => item.outcome === 'changed').length;
      expect(changed).toBeLessThan(count);
      const seen = await names(hubs[1]!);
      expect(seen.filter((name) => name !== 'before' && name !== 'after')).toEqual([]);
      await delay(1_500);
      // What was answered is there; of the one that was under way nobody heard.
      const after = (await names(hubs[1]!)).filter((name) => name === 'after').length;
      expect([changed, changed + 1]).toContain(after);
      hubs[0] = await start();
      const again = await outcomeOf(cc('workflows', 'apply', 'deploy', '--json'));
      const second = (JSON.parse(again.stdout) as { items: typeof items }).items;
      expect([again.code, second.filter((item) => item.outcome === 'unchanged').length]).toEqual([0, after]);
      expect(new Set(await names(hubs[0]))).toEqual(new Set(['after']));
    },
    patience,
  );

  it(
    'a workflow of a plugin runs, is its own, and is gone with the plugin',
    async () => {
      const { body } = await hubs[0]!.call('GET', '/workflows/shipped');
      expect(body).toMatchObject({ source: 'plugin', plugin: 'acme', enabled: true });
      const { body: run } = await hubs[0]!.call('POST', '/workflows/shipped/runs', {});
      await eventually(async () => {
        const { body: found } = await hubs[0]!.call('GET', `/runs/${run.id}`);
        expect(found).toMatchObject({ status: 'succeeded', steps: [{ output: { text: 'from the plugin' } }] });
      });
      expect((await put(hubs[0]!, 'shipped', 'mine')).body.code).toBe('CC_WORKFLOW_OWNED');
      await Promise.all(hubs.map((hub) => hub.end()));
      config('');
      rmSync(join(folder.path, 'workflows/filed.yaml'));
      hubs = [await start()];
      expect((await hubs[0]!.call('GET', '/workflows/shipped')).body).toMatchObject({ gone: true, enabled: false });
      expect((await hubs[0]!.call('POST', '/workflows/shipped/runs', {})).body.code).toBe('CC_WORKFLOW_DISABLED');
    },
    patience,
  );
});
