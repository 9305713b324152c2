import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { commandLine, type Outcome } from './support/cli/command-line.js';
import { outcomeOf, spawnCommand } from './support/cli/process.js';
import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';

const lingers = `
  class Linger {
    async stay(input, ctx) {
      ctx.logger.info('staying', { ms: input.ms });
      await new Promise((resolve, reject) => {
        setTimeout(resolve, input.ms);
        ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason));
      });
      return 'stayed';
    }
  }
  sdk.Agent({ id: 'linger', title: 'Linger' })(Linger);
  action(Linger, 'stay', {});
`;

const workflows = {
  'hello.yaml': `id: hello
name: Say hello
input: { type: object, additionalProperties: false, properties: { name: { type: string, default: world } } }
steps:
  greet: { uses: transform.value, with: { value: "Hello, \${{ input.name }}!" } }
output: \${{ steps.greet.output }}
`,
  'stay.yaml': `id: stay
input: { type: object, properties: { ms: { type: integer, default: 60000 } } }
steps:
  one: { uses: linger.stay, with: { ms: "\${{ input.ms }}" } }
output: \${{ steps.one.output }}
`,
  'asks.yaml': `id: asks
steps:
  ok: { approval: { message: "Restart billing?", timeout: 2h } }
output: \${{ steps.ok.output.comment }}
`,
  'fails.yaml':
    'id: fails\nsteps:\n  call: { uses: http.request, with: { url: "http://127.0.0.1:9/" }, retry: { attempts: 1 } }\n',
  'paid.yaml': `id: paid
on:
  event: [{ type: order.paid, input: "\${{ event.data }}" }]
  schedule: [{ cron: "0 3 1 1 *", timezone: Europe/Zurich }]
steps:
  note: { uses: transform.value, with: { value: "\${{ input }}" } }
`,
};

/** The command line against a real hub, each in processes of their own. */
describe('the command line and a hub', () => {
  const folder = new PluginFolder();
  let database: { url: string; drop: () => Promise<void> };
  let hub: ChildProcess;

  const cc = (argv: string, env: Record<string, string> = {}): Promise<Outcome> =>
    outcomeOf(spawnCommand(folder.path, argv.split(' '), env));

  /** The same command line inside this process, for the many reads: a process each would take a second each. */
  const here = (argv: string): Promise<Outcome> => commandLine(argv.split(' '), left());

  function left(): { url: string; token: string } {
    return JSON.parse(readFileSync(join(folder.path, '.commandcenter', 'cli.json'), 'utf8')) as ReturnType<typeof left>;
  }

  async function json(argv: string): Promise<any> {
    const { code, stdout, stderr } = await here(`${argv} --json`);
    expect([argv, code, stderr]).toEqual([argv, 0, '']);
    return JSON.parse(stdout);
  }

  beforeAll(async () => {
    database = await testDatabaseUrl();
    const plugin = folder.plugin('linger', '{ agents: [Linger] }', lingers);
    folder.write(
      'commandcenter.yaml',
      `plugins: [{ use: transform }, { use: http, options: { allowPrivate: [127.0.0.0/8] } }, { use: ${plugin} }]\nworkflows: [workflows]\n`,
    );
    for (const [name, text] of Object.entries(workflows)) folder.write(join('workflows', name), text);
    hub = spawnCommand(folder.path, ['start'], { DATABASE_URL: database.url, PORT: '0', OTEL_SDK_DISABLED: 'true' });
    await ready(hub);
  });

  afterAll(async () => {
    if (hub.exitCode === null) {
      hub.kill('SIGKILL');
      await once(hub, 'exit');
    }
    await database.drop();
    rmSync(folder.path, { recursive: true });
  });

  it('runs a workflow and prints its output alone', async () => {
    const outcome = await cc('run hello --wait');
    expect(outcome).toMatchObject({ code: 0, stdout: 'Hello, world!\n' });
    expect(outcome.stderr).toMatch(/✓ run [0-9a-f-]{36} succeeded/);
    expect(outcome.stderr).not.toContain('\x1b');
  });

  it('gives machines the run as the API has it', async () => {
    const run = await json('run hello --input {"name":"Ada"} --wait');
    expect(run).toMatchObject({
      workflow: 'hello',
      status: 'succeeded',
      input: { name: 'Ada' },
      output: 'Hello, Ada!',
      steps: [{ path: 'greet' }],
    });
    expect(await json(`runs show ${run.id}`)).toEqual(run);
  });

  it('starts one run for one key', async () => {
    const [first, again] = [
      await json('run hello --idempotency-key once'),
      await json('run hello --idempotency-key once'),
    ];
    expect([again.id, first.duplicate, again.duplicate]).toEqual([first.id, false, true]);
    expect(await cc('run hello --idempotency-key once --input {"name":"Bob"}')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CC_IDEMPOTENCY_MISMATCH') as string,
    });
  });

  it('exits with 1 and says why when the run failed', async () => {
    const outcome = await cc('run fails --wait');
    expect([outcome.code, outcome.stdout]).toEqual([1, '']);
    expect(outcome.stderr).toMatch(/✗ .*127\.0\.0\.1:9.*\(step call\) \[CC_/);
  });

  it('waits no longer than told, follows the logs, cancels', async () => {
    const late = await cc('run stay --wait --timeout 300ms');
    const id = /Run ([0-9a-f-]{36}) has not ended/.exec(late.stderr)?.[1];
    expect([late.code, id === undefined]).toEqual([6, false]);
    const follow = outcomeOf(spawnCommand(folder.path, ['runs', 'logs', id!, '--follow']));
    const wait = outcomeOf(spawnCommand(folder.path, ['runs', 'list', '--status', 'running', '--json']));
    expect(JSON.parse((await wait).stdout).items).toEqual([expect.objectContaining({ id })]);
    expect(await cc(`runs cancel ${id} --reason enough`)).toEqual({
      code: 0,
      stdout: `Run ${id} is asked to end.\n`,
      stderr: '',
    });
    expect(await follow).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/INFO {2}one {2}staying \{"ms":60000\}/) as string,
    });
    expect(await json(`runs show ${id}`)).toMatchObject({ status: 'cancelled', steps: [{ status: 'cancelled' }] });
    expect(await cc(`runs cancel ${id}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('CC_RUN_FINISHED') as string,
    });
  });

  it('leaves the run alone when Ctrl-C ends the waiting', async () => {
    const child = spawnCommand(folder.path, ['run', 'stay', '--input', '{"ms":1500}', '--wait']);
    const outcome = outcomeOf(child);
    await new Promise((resolve) => child.stderr!.once('data', resolve));
    child.kill('SIGINT');
    const { code, stderr } = await outcome;
    const id = /Run ([0-9a-f-]{36}) goes on/.exec(stderr)?.[1];
    expect([code, id === undefined]).toEqual([130, false]);
    expect((await json(`runs show ${id}`)).status).toBe('running');
  });

  it('says how to decide when a waited for run asks, and what it waits for', async () => {
    const child = spawnCommand(folder.path, ['run', 'asks', '--wait']);
    const outcome = outcomeOf(child);
    let said = '';
    child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const command = /commandcenter (approvals approve [0-9a-f-]{36})/;
    for (let n = 0; n < 400 && !command.test(said); n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said).toContain('? ok waits for a decision: Restart billing?');
    const { items } = await json('runs list --workflow asks');
    expect((await here(`runs show ${items[0].id}`)).stdout).toMatch(
      /WAITS\nok {2}for a decision of role:approver {2}until .* \(in \d+ \w+\) {2}Restart billing\?\n/,
    );
    expect(await here(`${command.exec(said)![1]} --comment fine`)).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await outcome;
    expect([code, stdout]).toEqual([0, 'fine\n']);
    // Once, though the run was looked at many times.
    expect(stderr.match(/waits for a decision/g)).toHaveLength(1);
  });

  it('lists and shows runs, page by page', async () => {
    const { items, nextCursor } = await json('runs list --workflow hello --limit 2');
    expect([items.length, typeof nextCursor]).toEqual([2, 'string']);
    const rest = await json(`runs list --workflow hello --cursor ${nextCursor}`);
    expect((await json('runs list --workflow hello --all')).items.map(({ id }: { id: string }) => id)).toEqual(
      [...items, ...rest.items].map(({ id }: { id: string }) => id),
    );
    expect((await json('runs list --until 1h --since 2h')).items).toEqual([]);
    const text = await cc('runs list --limit 1');
    expect(text.stdout).toMatch(/^ID +WORKFLOW +STATUS +TRIGGER +CREATED +TOOK\n[0-9a-f-]{36} +\w+ /);
    expect(text.stderr).toMatch(/There are more: --all, or --cursor \S+/);
    expect((await cc(`runs show ${items[0].id}`)).stdout).toMatch(
      /status +✓ succeeded[^]*greet +✓ succeeded +transform\.value[^]*OUTPUT\nHello/,
    );
    expect((await json(`runs logs ${items[0].id}`)).items).toEqual([]);
  });

  it('shows workflows, schedules, plugins and agents', async () => {
    expect((await here('workflows list')).stdout).toMatch(
      /hello +Say hello +[0-9a-f]+ +1 +yes +workflows\/hello\.yaml/,
    );
    expect((await here('workflows show hello')).stdout).toMatch(/^workflow +hello[^]*uses: transform\.value/);
    expect((await here('schedules')).stdout).toMatch(/paid +0 3 1 1 \* +Europe\/Zurich +\d{4}-01-01 /);
    expect((await here('schedules --next 2')).stdout).toMatch(/ \d{4}-01-01 [^\n]*\n +\d{4}-01-01 /);
    expect((await here('plugins list')).stdout).toMatch(/transform +loaded +1\.0\.0 +transform\n/);
    expect((await here('agents list')).stdout).toMatch(/linger\.stay +stay +linger\n/);
    expect((await json('workflows list')).items).toHaveLength(5);
    expect(await json('workflows show hello')).toMatchObject({ id: 'hello', definition: { id: 'hello' } });
    expect((await json('schedules')).items).toEqual([expect.objectContaining({ workflow: 'paid', cron: '0 3 1 1 *' })]);
    expect((await json('plugins list')).items).toHaveLength(3);
    expect((await json('agents list')).items.map(({ id }: { id: string }) => id).sort()).toEqual([
      'http',
      'linger',
      'transform',
    ]);
  });

  it('sends an event that starts a run, once', async () => {
    const send = 'events send --type order.paid --source /shop --id o-1 --data {"total":250}';
    expect(await cc(send)).toEqual({ code: 0, stdout: 'Event o-1 (order.paid) is accepted.\n', stderr: '' });
    expect(await json(send)).toEqual({ accepted: 0, duplicate: 1 });
    for (let tries = 0; ; tries += 1) {
      const { items } = await json('runs list --workflow paid');
      if (items.length === 0 && tries < 20) continue;
      expect(items).toEqual([
        expect.objectContaining({
          input: { total: 250 },
          trigger: expect.objectContaining({ kind: 'event' }) as object,
        }),
      ]);
      break;
    }
  });

  it('validates files with the agents the hub has', async () => {
    folder.write(
      'bad.yaml',
      'id: bad\nsteps:\n  one: { uses: linger.sit }\n  two: { uses: transform.value, with: { value: "${{ inputs.x }}" } }\n',
    );
    const outcome = await cc('validate workflows bad.yaml');
    expect(outcome).toMatchObject({ code: 1, stderr: '' });
    expect(outcome.stdout).toMatch(/✓ workflows\/hello\.yaml\n/);
    expect(outcome.stdout).toMatch(/^bad\.yaml:3:\d+ {2}steps\.one\.uses {2}.*linger.* {2}\[CC_AGENT_UNKNOWN\]$/m);
    expect(outcome.stdout).toMatch(
      /^bad\.yaml:4:\d+ {2}steps\.two\.with\.value {2}.*inputs.* {2}\[CC_EXPRESSION_INVALID\]$/m,
    );
    const offline = await cc('validate bad.yaml --offline --json');
    expect([offline.code, JSON.parse(offline.stdout)]).toEqual([
      1,
      {
        items: [
          expect.objectContaining({
            file: 'bad.yaml',
            valid: false,
            problems: [expect.objectContaining({ path: 'steps.two.with.value' })],
          }),
        ],
      },
    ]);
    expect((await cc('validate workflows/hello.yaml')).code).toBe(0);
  });

  it('makes a token with a role, which the hub then holds to', async () => {
    const viewer = (await cc('token create reader --role viewer --expires 1h')).stdout.trim();
    expect((await cc('runs list', { COMMANDCENTER_TOKEN: viewer })).code).toBe(0);
    expect(await cc('run hello', { COMMANDCENTER_TOKEN: viewer })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('CC_FORBIDDEN') as string,
    });
    const { items } = await json('token list');
    const { id } = items.find(({ name }: { name: string }) => name === 'reader');
    expect((await cc('token list')).stdout).toMatch(/reader +viewer/);
    expect(await cc(`token revoke ${id}`)).toEqual({ code: 0, stdout: `Token ${id} is revoked.\n`, stderr: '' });
    expect(await cc('runs list', { COMMANDCENTER_TOKEN: viewer })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('CC_UNAUTHENTICATED') as string,
    });
  });

  it('exits with 4 for what is not there and 2 for what cannot be', async () => {
    expect(await cc('run helo')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/helo.*\[CC_WORKFLOW_NOT_FOUND\]/) as string,
    });
    expect(await cc('runs show 019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f')).toMatchObject({ code: 4, stdout: '' });
    expect(await cc('runs list --status lost')).toMatchObject({ code: 2, stdout: '' });
  });

  it('passes doctor and migrate through to the hub', async () => {
    const env = { DATABASE_URL: database.url, PORT: '0' };
    expect(await cc('doctor', env)).toMatchObject({ code: 0, stdout: expect.stringContaining('PostgreSQL') as string });
    expect(await cc('migrate', env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('up to date') as string,
    });
    expect((await cc('migrate', { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/none' })).code).toBe(1);
  });

  it('completes words in bash', async () => {
    const { stdout } = await cc('completion bash');
    const answer = execFileSync(
      'bash',
      ['-c', `${stdout}\nCOMP_WORDS=(commandcenter runs l); COMP_CWORD=2; _commandcenter; echo "\${COMPREPLY[@]}"`],
      { encoding: 'utf8' },
    );
    expect(answer).toBe('list logs\n');
  });

  const old = oldNode();
  (old === undefined ? it.skip : it)(
    `works when an older Node.js calls it (${old ?? 'there is none here'})`,
    async () => {
      expect(await outcomeOf(spawnCommand(folder.path, ['run', 'hello', '--wait'], {}, old))).toMatchObject({
        code: 0,
        stdout: 'Hello, world!\n',
      });
    },
  );

  it('ends the hub on SIGTERM, sent to the command that started it', async () => {
    hub.kill('SIGTERM');
    expect((await once(hub, 'exit'))[0]).toBe(0);
    expect(await cc('runs cancel 019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('[CC_HUB_UNREACHABLE]') as string,
    });
    expect((await cc('validate workflows/hello.yaml')).stderr).toContain(
      `Agents were not checked: The hub at ${left().url}`,
    );
  });
});

function ready(hub: ChildProcess): Promise<void> {
  const log: string[] = [];
  createInterface({ input: hub.stderr! }).on('line', (line) => log.push(line));
  return new Promise((resolve, reject) => {
    createInterface({ input: hub.stdout! }).on('line', (line) => {
      log.push(line);
      if (line.includes('CommandCenter is ready')) resolve();
    });
    hub.once('exit', (code) => reject(new Error(`the hub ended with ${code}:\n${log.join('\n')}`)));
  });
}

/** A Node.js of this machine that is too old for the hub. */
function oldNode(): string | undefined {
  return ['/usr/local/bin/node', '/usr/bin/node'].find((node) => {
    if (!existsSync(node)) return false;
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout;
    return Number.parseInt(version.slice(1), 10) < 24;
  });
}
