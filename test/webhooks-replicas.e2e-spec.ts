import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';
import { delivery, type Scheme, schemes, secretOf, secrets, send, workflows } from './support/webhooks/senders.js';

const repository = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

describe('webhooks of two real hubs', () => {
  const folder = new PluginFolder();
  const hubs: HubProcess[] = [];
  let database: { url: string; drop: () => Promise<void> };
  let sql: pg.Client;

  beforeAll(async () => {
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
    const listed = [...Object.keys(secrets), 'GITHUB_WEBHOOK_SECRET'].join(', ');
    folder.write(
      'commandcenter.yaml',
      `plugins: [{ use: transform }]\nworkflows: [workflows]\nsecrets: [${listed}]\nengine: { rateLimitPerMinute: 100000 }\n`,
    );
    for (const [file, text] of Object.entries(workflows)) folder.write(`workflows/${file}`, text);
    copyFileSync(join(repository, 'workflows/github-push.yaml'), join(folder.path, 'workflows/github-push.yaml'));
    const env = { ...secrets, GITHUB_WEBHOOK_SECRET: 'a secret of the guide' };
    hubs.push(await HubProcess.start(folder.path, database.url, env));
    hubs.push(await HubProcess.start(folder.path, database.url, env));
  });
  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
    await sql.end();
    await database.drop();
    folder.remove();
  });

  test('1,000 deliveries, each sent to both at once, start exactly 1,000 runs', async () => {
    const of = (n: number) => schemes[n % schemes.length]!;
    const sent = Array.from({ length: 1_000 }, (_, n) => {
      const scheme = of(n);
      return { scheme, one: delivery(scheme, { secret: secretOf[scheme], id: `d${n}`, data: { n } }) };
    });
    const ids = new Map<string, Set<string>>(schemes.map((scheme) => [scheme, new Set()]));
    let doubled = 0;
    const next = sent.values();
    const client = async () => {
      for (const { scheme, one } of next) {
        const [a, b] = await Promise.all(hubs.map((hub) => send(hub.url, one)));
        expect([a!.status, b!.status]).toEqual([202, 202]);
        const [first, second] = [a!.body.runs[0], b!.body.runs[0]];
        expect([scheme, second.id]).toEqual([scheme, first.id]);
        expect(first.duplicate).toBe(!second.duplicate);
        ids.get(scheme)!.add(first.id);
        doubled++;
      }
    };
    await Promise.all(Array.from({ length: 50 }, client));
    expect(doubled).toBe(1_000);
    const { rows } = await sql.query<{ workflow_id: Scheme; count: string }>(
      `SELECT workflow_id, count(*) FROM run WHERE trigger = 'webhook' GROUP BY workflow_id`,
    );
    const counts = Object.fromEntries(rows.map(({ workflow_id, count }) => [workflow_id, Number(count)]));
    expect(counts).toEqual(Object.fromEntries(schemes.map((scheme) => [scheme, 200])));
    expect([...ids.values()].map((each) => each.size)).toEqual(schemes.map(() => 200));
    await until(
      'every run to succeed',
      async () => (await sql.query("SELECT FROM run WHERE status <> 'succeeded'")).rowCount === 0,
    );
  }, 180_000);

  test('the commands of the guide do what it says', async () => {
    const guide = readFileSync(join(repository, 'docs/guides/webhooks.md'), 'utf8');
    const commands = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
    expect(commands).toHaveLength(1);
    const env = {
      PATH: process.env['PATH']!,
      COMMANDCENTER_URL: hubs[0]!.url,
      GITHUB_WEBHOOK_SECRET: 'a secret of the guide',
    };
    const answers: any[] = [];
    for (let n = 0; n < 2; n++) answers.push(JSON.parse((await run('sh', ['-ec', commands[0]!], { env })).stdout));
    const [{ id }] = answers[0].runs;
    expect(answers).toEqual(
      [false, true].map((duplicate) => ({ runs: [{ workflow: 'github-push', id, duplicate }], refused: [] })),
    );
    const read = async () => (await hubs[1]!.call('GET', `/runs/${id}`)).body;
    await until('the run to end', async () => (await read()).finishedAt !== null);
    expect(await read()).toMatchObject({
      status: 'succeeded',
      trigger: { kind: 'webhook', by: 'github' },
      output: { title: 'ada pushed 1 commits to acme/shop', changes: ['9049f12 Sell hats'] },
    });
    expect((await hubs[0]!.call('GET', '/workflows')).body.items).toContainEqual(
      expect.objectContaining({ id: 'github-push', webhooks: ['github'] }),
    );
  });
});
