import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess, token } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

const till = `
  class Till { ring(input, ctx) { ctx.emit({ type: 'till.rung', subject: 'shop', data: { total: input.total } }); return input; } }
  sdk.Agent({ id: 'till', title: 'Till' })(Till);
  action(Till, 'ring', {});`;

const workflows = {
  'order.yaml': `
id: order
on: { event: [{ type: order.paid, if: "\${{ event.data.total > 100 }}", input: { total: "\${{ event.data.total }}" } }] }
input: { type: object, required: [total], properties: { total: { type: number } } }
steps: { ring: { uses: till.ring, with: { total: "\${{ input.total }}" } } }
`,
  'receipt.yaml': `
id: receipt
on: { event: [{ type: till.rung }] }
steps: { print: { uses: transform.value, with: { value: "\${{ event.data.total }} from \${{ event.source }}" } } }
output: \${{ steps.print.output }}
`,
  'picture.yaml': `
id: picture
on: { event: [{ type: picture.taken }] }
steps: { one: { uses: transform.value, with: { value: "\${{ event.datacontenttype }} \${{ event.data_base64 }}" } } }
output: \${{ steps.one.output }}
`,
  'count.yaml': `
id: count
on: { event: [{ type: thing.happened }] }
steps: { one: { uses: transform.value, with: { value: 1 } } }
`,
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, n) => [
      `tick-${n}.yaml`,
      `
id: tick-${n}
on: { schedule: [{ cron: "* * * * * *", timezone: Australia/Lord_Howe }] }
steps: { one: { uses: transform.value, with: { value: "\${{ trigger.scheduledFor }}" } } }
`,
    ]),
  ),
};

describe('triggers of real hubs', () => {
  const folder = new PluginFolder();
  const hubs: HubProcess[] = [];
  let database: { url: string; drop: () => Promise<void> };
  let sql: pg.Client;

  beforeAll(async () => {
    database = await testDatabaseUrl();
    sql = new pg.Client(database.url);
    await sql.connect();
    const plugin = folder.plugin('till', '{ agents: [Till] }', till);
    folder.write(
      'commandcenter.yaml',
      `plugins: [{ use: transform }, { use: ${plugin} }]\nworkflows: [workflows]\nengine: { rateLimitPerMinute: 100000 }\n`,
    );
    for (const [file, text] of Object.entries(workflows)) folder.write(`workflows/${file}`, text);
    hubs.push(await HubProcess.start(folder.path, database.url), await HubProcess.start(folder.path, database.url));
  });
  afterAll(async () => {
    await Promise.all(hubs.map((hub) => hub.end('SIGKILL')));
    await sql.end();
    await database.drop();
    folder.remove();
  });

  const send = (hub: HubProcess, event: object) =>
    hub.call('POST', '/events', { specversion: '1.0', source: '/test', ...event }, 'application/cloudevents+json');
  const runs = async (workflow: string) =>
    Number((await sql.query('SELECT count(*) FROM run WHERE workflow_id = $1', [workflow])).rows[0].count);

  test('an event starts a run, whose step emits an event, which starts a run', async () => {
    expect(await send(hubs[0]!, { id: '1', type: 'order.paid', data: { total: 50 } })).toMatchObject({ status: 202 });
    expect(await send(hubs[0]!, { id: '2', type: 'order.paid', data: { total: 120 } })).toEqual({
      status: 202,
      body: { accepted: 1, duplicate: 0 },
    });
    expect(await send(hubs[1]!, { id: '2', type: 'order.paid', data: { total: 120 } })).toEqual({
      status: 202,
      body: { accepted: 0, duplicate: 1 },
    });
    const receipts = async () => (await hubs[1]!.call('GET', '/runs?workflow=receipt&status=succeeded')).body.items;
    await until('a receipt', async () => (await receipts()).length > 0);
    const [{ id }] = await receipts();
    const { body: run } = await hubs[0]!.call('GET', `/runs/${id}`);
    expect(run).toMatchObject({
      output: '120 from /workflows/order',
      trigger: { kind: 'event', by: '/workflows/order' },
    });
    expect([await runs('order'), await runs('receipt')]).toEqual([1, 1]);
  });

  test('wrong events get a list of what is wrong', async () => {
    const answer = await send(hubs[0]!, { type: 'order.paid', time: 'now' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'CC_EVENT_INVALID' } });
    expect(answer.body.problems.map((problem: { path: string }) => problem.path).sort()).toEqual(['id', 'time']);
    const batch = await hubs[0]!.call('POST', '/events', [], 'application/cloudevents-batch+json');
    expect(batch).toEqual({ status: 202, body: { accepted: 0, duplicate: 0 } });
  });

  test('the commands of the guide send one event, in three ways', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../docs/guides/events.md'), 'utf8');
    const commands = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
    expect(commands).toHaveLength(3);
    const env = { PATH: process.env['PATH']!, COMMANDCENTER_URL: hubs[0]!.url, COMMANDCENTER_TOKEN: token };
    const answers: unknown[] = [];
    for (const command of commands)
      answers.push(JSON.parse((await promisify(execFile)('sh', ['-ec', command], { env })).stdout));
    // The second is the first in binary mode; of the batch, its first.
    expect(answers).toEqual([
      { accepted: 1, duplicate: 0 },
      { accepted: 0, duplicate: 1 },
      { accepted: 1, duplicate: 1 },
    ]);
    await until('both runs', async () => (await runs('order')) === 3);
  });

  test('an event whose data is not JSON is there for its run', async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'image/png', 'ce-specversion': '1.0' };
    const response = await fetch(`${hubs[0]!.url}/api/v1/events`, {
      method: 'POST',
      headers: { ...headers, 'ce-id': 'p', 'ce-source': '/camera', 'ce-type': 'picture.taken' },
      body: Buffer.from([137, 80, 78]),
    });
    expect(response.status).toBe(202);
    const pictures = async () => (await hubs[1]!.call('GET', '/runs?workflow=picture&status=succeeded')).body.items;
    await until('the picture', async () => (await pictures()).length > 0);
    const [{ id }] = await pictures();
    expect((await hubs[1]!.call('GET', `/runs/${id}`)).body.output).toBe('image/png iVBO');
  });

  test('1,000 events, each sent twice to two hubs, give exactly 1,000 runs', async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => `e${n}`);
    const sent = [...ids.map((id) => [hubs[0]!, id] as const), ...ids.map((id) => [hubs[1]!, id] as const)];
    const next = sent.values();
    const client = async () => {
      for (const [hub, id] of next) expect((await send(hub, { id, type: 'thing.happened' })).status).toBe(202);
    };
    await Promise.all(Array.from({ length: 50 }, client));
    await until(
      'every event to be dispatched',
      async () => (await sql.query('SELECT FROM event WHERE dispatched_at IS NULL')).rowCount === 0,
    );
    expect(await runs('count')).toBe(1_000);
  }, 180_000);

  test('a schedule on two hubs, one of which is killed, starts one run for every second', async () => {
    const fires = async () => {
      const { rows } = await sql.query<{ workflow: string; times: string[] }>(
        `SELECT workflow_id AS workflow, array_agg(split_part(key, ' ', 1) ORDER BY key) AS times
         FROM trigger_dedupe WHERE kind = 'schedule' GROUP BY workflow_id`,
      );
      return rows.map(({ workflow, times }) => ({ workflow, times: times.map(Date.parse) }));
    };
    await hubs[0]!.end('SIGKILL');
    const killed = Date.now();
    await until('fires after the kill', async () => Date.now() > killed + 3_000);
    await delay(500);
    const found = await fires();
    expect(found).toHaveLength(10);
    for (const { workflow, times } of found) {
      // Consecutive seconds: none left out, none twice.
      expect(times).toEqual(times.map((_, n) => times[0]! + n * 1_000));
      expect(times.at(-1)).toBeGreaterThan(killed + 1_000);
      expect(await runs(workflow)).toBeGreaterThanOrEqual(times.length);
    }
    const { body } = await hubs[1]!.call('GET', '/schedules');
    expect(body.items).toHaveLength(10);
    expect(body.items[0]).toMatchObject({
      cron: '* * * * * *',
      timezone: 'Australia/Lord_Howe',
      nextAt: expect.any(String),
      lastAt: expect.any(String),
    });
  });
});
