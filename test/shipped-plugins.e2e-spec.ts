import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { testDatabaseUrl } from './support/database.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

const repository = resolve(import.meta.dirname, '..');

interface Run {
  readonly id: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: { readonly type: string; readonly message: string } | null;
}

/** Starts a run and answers it when it has ended. */
async function run(hub: HubProcess, workflow: string, input: object = {}): Promise<Run> {
  const started = await hub.call('POST', `/workflows/${workflow}/runs`, { input });
  expect([started.status, started.body]).toEqual([202, expect.anything()]);
  const { id } = started.body as Run;
  let last: Run | undefined;
  await until(`the end of ${workflow}`, async () => {
    last = (await hub.call('GET', `/runs/${id}`)).body as Run;
    return ['succeeded', 'failed', 'cancelled'].includes(last.status);
  });
  return last!;
}

it('shell.run fails when nothing can be started for want of files, and nobody dies of it', () => {
  const code = `
    import { execute } from '${pathToFileURL(join(repository, 'plugins/shell/dist/execute.js')).href}';
    const command = { file: '/bin/echo', args: ['a'], cwd: '/', env: {}, stdin: '' };
    const limits = { maxOutputBytes: 100, killAfterMs: 100 };
    const secrets = { redact: (text) => text, longest: 0 };
    const one = () => execute(command, limits, secrets, new AbortController().signal).then(({ exitCode }) => exitCode, ({ code }) => code);
    const all = await Promise.all(Array.from({ length: 60 }, one));
    console.log(JSON.stringify([[...new Set(all)].sort(), await one()]));`;
  const args = ['-c', 'ulimit -n 60 && exec "$0" "$@"', process.execPath, '--input-type=module', '-e', code];
  expect(JSON.parse(execFileSync('sh', args, { encoding: 'utf8' }))).toEqual([[0, 'EMFILE'], 0]);
});

describe('the plugins that come with the hub', () => {
  const root = mkdtempSync(join(tmpdir(), 'commandcenter-shipped-'));
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  let hub: HubProcess | undefined;

  beforeAll(async () => {
    mkdirSync(join(root, 'workflows'));
    database = await testDatabaseUrl();
  });
  afterEach(async () => {
    await hub?.end();
    hub = undefined;
  });
  afterAll(async () => {
    await database.drop();
    rmSync(root, { recursive: true, force: true });
  });

  it('run their samples with the configuration as it is shipped', async () => {
    cpSync(join(repository, 'commandcenter.yaml'), join(root, 'commandcenter.yaml'));
    for (const name of ['leave-a-note', 'keep-a-report']) {
      cpSync(join(repository, `workflows/${name}.yaml`), join(root, `workflows/${name}.yaml`));
    }
    hub = await HubProcess.start(root, database.url);

    const note = await run(hub, 'leave-a-note', { text: 'Disk replaced', level: 'warn' });
    const fields = { run: note.id, workflow: 'leave-a-note' };
    expect(note).toMatchObject({ status: 'succeeded', output: { message: 'Disk replaced', level: 'warn', fields } });
    let lines: unknown[] = [];
    await until('the line', async () => {
      lines = ((await hub!.call('GET', `/runs/${note.id}/logs`)).body as { items: unknown[] }).items;
      return lines.length > 0;
    });
    expect(lines).toMatchObject([{ level: 'warn', step: 'note', message: 'Disk replaced', fields }]);

    const report = await run(hub, 'keep-a-report', { name: 'friday.txt', text: 'All quiet' });
    expect(report).toMatchObject({ status: 'succeeded', output: { text: 'All quiet', bytes: 9, reports: 1 } });
    expect(readFileSync(join(root, '.commandcenter/files/reports/friday.txt'), 'utf8')).toBe('All quiet');
  });

  it('work together in a run, stop with it, and let no secret out', async () => {
    const shell = {
      use: 'shell',
      secrets: ['BACKUP_KEY'],
      options: { allow: ['sleep', { name: 'sh', secretEnv: { KEY: 'BACKUP_KEY' } }] },
    };
    const connections = { shop: { url: 'SHOP_URL', readOnly: false } };
    const postgres = { use: 'postgres', secrets: ['SHOP_URL'], options: { connections } };
    const files = { use: 'files', options: { roots: { work: root } } };
    const config = { plugins: [shell, postgres, files, { use: 'log' }], workflows: ['workflows'], secrets: ['BACKUP_KEY', 'SHOP_URL'] }; // prettier-ignore
    writeFileSync(join(root, 'commandcenter.yaml'), JSON.stringify(config));
    rmSync(join(root, 'workflows'), { recursive: true });
    mkdirSync(join(root, 'workflows'));
    const steps = {
      say: { uses: 'shell.run', with: { command: ['sh', '-c', 'echo "key $KEY" && echo "$0"', '${{ input.text }}'] } },
      keep: { needs: ['say'], uses: 'postgres.execute', with: { connection: 'shop', sql: 'INSERT INTO said VALUES ($1, $2) RETURNING *', parameters: ['${{ run.id }}', '${{ steps.say.output.stdout }}'] } }, // prettier-ignore
      write: { needs: ['keep'], uses: 'files.write', with: { root: 'work', path: 'said.txt', content: '${{ steps.keep.output.rows[0].text }}' } }, // prettier-ignore
      log: { needs: ['write'], uses: 'log.write', with: { message: 'done', fields: { bytes: '${{ steps.write.output.bytes }}' } } }, // prettier-ignore
    };
    const input = { type: 'object', properties: { text: { type: 'string' } } };
    writeFileSync(join(root, 'workflows/together.json'), JSON.stringify({ id: 'together', input, steps, output: '${{ steps.say.output.stdout }}' })); // prettier-ignore
    const slow = { uses: 'shell.run', timeout: '300ms', with: { command: ['sleep', '4242'] } };
    writeFileSync(join(root, 'workflows/slow.json'), JSON.stringify({ id: 'slow', steps: { slow } }));
    const sql = new pg.Client(database.url);
    await sql.connect();
    await sql.query('CREATE TABLE said (run text PRIMARY KEY, text text)');
    // With telemetry: it patches what the plugins work with. Nobody listens.
    const telemetry = { OTEL_SDK_DISABLED: 'false', OTEL_EXPORTER_PROMETHEUS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }; // prettier-ignore
    const env = { BACKUP_KEY: 's3cr3t-k3y', SHOP_URL: database.url, ...telemetry };
    hub = await HubProcess.start(root, database.url, env);

    const text = `'; DROP TABLE said; -- $(id)`;
    const ended = await run(hub, 'together', { text });
    expect([ended.status, ended.error, ended.output]).toEqual(['succeeded', null, `key ***\n${text}`]);
    expect((await sql.query('SELECT text FROM said')).rows).toEqual([{ text: `key ***\n${text}` }]);
    await sql.end();
    expect(readFileSync(join(root, 'said.txt'), 'utf8')).toBe(`key ***\n${text}`);

    const late = await run(hub, 'slow');
    expect(late).toMatchObject({ status: 'failed', error: { type: 'timeout' } });
    const { body } = await hub.call('GET', `/runs/${ended.id}/events`);
    expect(JSON.stringify(body) + hub.log.join('\n')).not.toContain('s3cr3t-k3y');
    const { pid } = hub;
    const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (process.platform === 'linux') await until('the end of sleep', () => children() === '');
  });
});
