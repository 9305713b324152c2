import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { canary, spellings, traces } from './support/canaries/canary.js';
import { canarySite } from './support/canaries/canary-site.js';
import { EchoServer } from './support/canaries/echo-server.js';
import { testDatabaseUrl } from './support/database.js';
import { ExportingHub } from './support/otlp/exporting-hub.js';
import { OtlpSink } from './support/otlp/sink.js';
import { token } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

const [inEnvironment, inFile, inStore] = [canary('ENV_CANARY'), canary('FILE_CANARY'), canary('STORED_CANARY')];
const canaries = [inEnvironment, inFile, inStore];
const key = randomBytes(32).toString('base64');
const quick = { OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_BLRP_SCHEDULE_DELAY: '100' };

describe('secrets of the environment, of a file and of the store', () => {
  const site = canarySite(canaries, ['BUNDLE', 'LONG']);
  let database: { url: string; drop: () => Promise<void> };
  let echo: EchoServer;
  let sink: OtlpSink;
  let hub: ExportingHub;
  /** Place -> all that was found there. */
  const places = new Map<string, string>();

  beforeAll(async () => {
    const file = join(site.path, 'canary');
    writeFileSync(file, `${inFile.value}\n`);
    // As long as a file, and as a stored one, may be: all that is searched here is told beside them.
    writeFileSync(
      join(site.path, 'bundle.pem'),
      randomBytes(196_000).toString('base64').replace(/.{64}/g, '$&\n').slice(0, 262_144),
    );
    [database, echo, sink] = [await testDatabaseUrl(), await EchoServer.start(), await OtlpSink.start()];
    hub = await ExportingHub.start(site.path, database.url, sink.url, {
      ...quick,
      LOG_LEVEL: 'trace',
      ENV_CANARY: inEnvironment.value,
      FILE_CANARY_FILE: file,
      BUNDLE_FILE: join(site.path, 'bundle.pem'),
      COMMANDCENTER_ENCRYPTION_KEY: key,
    });
    const stored = await hub.call('POST', '/secrets', { name: inStore.name, value: inStore.value });
    if (stored.status !== 201) throw new Error(JSON.stringify(stored.body));
    places.set('answer to POST /secrets', JSON.stringify(stored.body));
    const long = await hub.call('POST', '/secrets', { name: 'LONG', value: randomBytes(49_152).toString('base64') });
    expect(long.status).toBe(201);
  }, 60_000);

  afterAll(async () => {
    await hub?.kill();
    echo.stop();
    sink.stop();
    await database.drop();
    site.remove();
  });

  it('are seen by the search in every spelling that is used', () => {
    for (const one of canaries) {
      for (const [way, text] of Object.entries(spellings(one)))
        expect([way, traces(one).some((trace) => text.includes(trace))]).toEqual([way, true]);
    }
  });

  it('reach the steps and what they ask', async () => {
    const ended = async (workflow: string) => {
      const [id] = await hub.start(workflow, 1, { url: echo.url, header: 'plain' });
      await until(`${workflow} to end`, async () => {
        const { status } = (await hub.call('GET', `/runs/${id}`)).body as { status: string };
        return status === 'succeeded' || status === 'failed';
      });
      return id!;
    };
    const all = await ended('all');
    await ended('fails');
    await until('what was emitted to start runs', async () => {
      const { body } = await hub.call('GET', '/runs?workflow=hears&status=succeeded');
      return (body as { items: unknown[] }).items.length >= 2 * canaries.length;
    });
    for (const one of canaries) expect(echo.asked).toContain(one.mark);
    // The run went as it should: outputs are there, blacked out.
    const { body } = await hub.call('GET', `/runs/${all}`);
    const { steps } = body as { steps: { id: string; status: string; output: unknown; error: unknown }[] };
    const told = steps.filter(({ id }) => /teller_(tell|ask)$/.test(id));
    expect(told.map(({ status, output }) => [status, JSON.stringify(output).includes('"value":"***"')])).toEqual(
      Array(2 * canaries.length).fill(['succeeded', true]),
    );
    expect(steps.filter(({ id }) => id.endsWith('http_request')).map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']); // prettier-ignore
    expect(steps.filter(({ error }) => error !== null)).toHaveLength(3 * canaries.length);
  }, 60_000);

  it('are in nothing that the hub keeps, sends or answers', async () => {
    const runs = (await hub.call('GET', '/runs?limit=200')).body as { items: { id: string }[] };
    const read = async (path: string) => {
      const response = await fetch(`${hub.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect([path, response.status]).toEqual([path, 200]);
      return response.text();
    };
    const answers = ['workflows', 'workflows/all', 'runs?limit=200', 'audit?limit=200', 'secrets', 'tokens', 'users', 'groups', 'plugins', 'agents', 'system', 'schedules', 'slos']; // prettier-ignore
    for (const path of answers) places.set(`GET /api/v1/${path}`, await read(`/api/v1/${path}`));
    for (const path of ['/api/openapi.json', '/runs']) places.set(`GET ${path}`, await read(path));
    for (const [way, path] of [['run', ''], ['run events', '/events?limit=200'], ['run logs', '/logs?limit=200'], ['run stream', '/stream']] as const) {
      const texts = await Promise.all(runs.items.map(({ id }) => read(`/api/v1/runs/${id}${path}`)));
      places.set(`GET ${way}`, texts.join('\n'));
    } // prettier-ignore
    places.set('run pages', (await Promise.all(runs.items.map(({ id }) => read(`/runs/${id}?logs=all`)))).join('\n'));
    const refused = await hub.call('PATCH', `/secrets/${inStore.name}`, { value: inStore.value, more: inStore.value });
    places.set('answer to a refused PATCH /secrets', JSON.stringify(refused.body));
    places.set('metrics', await (await fetch(hub.metricsUrl!)).text());
    expect(places.get('metrics')).toContain('kind="***"');
    for (const [table, rows] of await tables(database.url)) places.set(`table ${table}`, rows);
    await until('the spans', () => Promise.resolve(sink.spans.some(({ name }) => name === 'workflow.execute')));
    await hub.stop();
    places.set('spans', JSON.stringify(sink.spans));
    places.set('exported logs', JSON.stringify(sink.logs));
    places.set('stdout and stderr', hub.output);
    // Each of these was written to by what the steps told, so a canary could be there.
    for (const place of ['spans', 'exported logs', 'stdout and stderr', 'table run_log', 'table run_event', 'table event', 'GET run logs', 'run pages'])
      expect([place, [...places].some(([name, text]) => name.startsWith(place) && text.includes('***'))]).toEqual([place, true]); // prettier-ignore
    const keyTraces = [key, Buffer.from(key, 'base64').toString('hex')];
    const found = [...places].flatMap(([place, text]) => [
      ...canaries.flatMap((one) => traces(one).filter((trace) => text.includes(trace)).map((trace) => `${one.name} as ${trace} in ${place}: ${around(text, trace)}`)),
      ...keyTraces.filter((trace) => text.includes(trace)).map(() => `the encryption key in ${place}`),
    ]); // prettier-ignore
    const bytes = [...places.values()].reduce((sum, text) => sum + text.length, 0);
    process.stdout.write(
      `\ncanaries: ${canaries.length} secrets in ${Object.keys(spellings(inFile)).length} spellings and 1 key, ${places.size} places (${bytes} characters), ${found.length} found\n`,
    );
    expect(found).toEqual([]);
  }, 60_000);
});

/** Every table of every schema there is, its rows as text. */
async function tables(url: string): Promise<[table: string, rows: string][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ table: string; name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS table, tablename AS name FROM pg_tables
      WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const found: [string, string][] = [];
  for (const { table, name } of rows) {
    const all = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${table} t`);
    found.push([name, all.rows.map(({ row }) => row).join('\n')]);
  }
  await client.end();
  return found;
}

function around(text: string, trace: string): string {
  const at = text.indexOf(trace);
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + trace.length + 20));
}
