import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { Clone, processesOf } from './support/process/clone.js';
import { HubProcess } from './support/process/hub.js';
import { SlowServer } from './support/process/slow-server.js';

const config = `plugins:
  - { use: transform }
  - { use: http, options: { allowPrivate: [127.0.0.0/8] } }
workflows: [workflows]
engine: { grace: 20s }
`;
const slowWorkflow = `id: slow
input: { type: object, required: [url], properties: { url: { type: string } } }
steps:
  call: { uses: http.request, with: { url: "\${{ input.url }}" } }
  after: { needs: [call], uses: transform.value, with: { value: "\${{ steps.call.output.status }}" } }
output: "\${{ steps.after.output }}"
`;

interface RunView {
  readonly id: string;
  readonly status: string;
  readonly output: unknown;
}

describe('the life of the hub as a process', () => {
  let clone: Clone;
  let outside: SlowServer;
  let databaseFolder: string | undefined;
  const hubs: HubProcess[] = [];

  beforeEach(async () => {
    clone = new Clone({ 'commandcenter.yaml': config, 'workflows/slow.yaml': slowWorkflow });
    outside = await SlowServer.listen();
    databaseFolder = undefined;
  });
  afterEach(async () => {
    await outside.close();
    for (const hub of hubs.splice(0)) if (hub.groupLives()) hub.killGroup('SIGKILL');
    for (const line of databaseFolder === undefined ? [] : processesOf(`${databaseFolder}/data`)) {
      process.kill(Number.parseInt(line, 10), 'SIGQUIT');
    }
    clone.remove(databaseFolder);
  });

  function spawnHub(how: 'npm' | 'node', env: Record<string, string> = {}, args?: string[]): HubProcess {
    const hub = HubProcess.spawn(clone, how, env, args);
    hubs.push(hub);
    return hub;
  }

  async function startHub(how: 'npm' | 'node', env: Record<string, string> = {}): Promise<HubProcess> {
    const hub = await spawnHub(how, env).ready();
    databaseFolder = env['DATABASE_URL'] === undefined ? hub.databaseFolder : databaseFolder;
    return hub;
  }

  /** A run whose step is in the middle of its request. */
  async function startSlowRun(hub: HubProcess): Promise<string> {
    const { id } = await hub.api<RunView>('/workflows/slow/runs', { input: { url: outside.url } });
    await outside.arrival();
    return id;
  }

  async function expectNothingLeft(hub: HubProcess): Promise<void> {
    expect(hub.groupLives()).toBe(false);
    expect(processesOf(`${hub.databaseFolder}/data`)).toEqual([]);
  }

  it.each([
    ['SIGTERM to npm start', (hub: HubProcess) => hub.kill('SIGTERM')],
    ['Ctrl-C on npm start', (hub: HubProcess) => hub.killGroup('SIGINT')],
  ])('%s lets the step finish, keeps the run, and leaves no process', async (_name, stop) => {
    const hub = await startHub('npm');
    const id = await startSlowRun(hub);
    stop(hub);
    await hub.says(/no new work/);
    await sleep(300);
    expect(hub.groupLives()).toBe(true);
    outside.answerAll();
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(hub);

    const next = await startHub('node');
    let run = await next.api<RunView>(`/runs/${id}`);
    for (let tries = 0; run.status !== 'succeeded' && tries < 100; tries++) {
      await sleep(100);
      run = await next.api<RunView>(`/runs/${id}`);
    }
    expect(run).toMatchObject({ status: 'succeeded', output: 200 });
    expect(outside.arrivals).toBe(1);
    next.kill('SIGTERM');
    expect(await next.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(next);
  });

  it('a second Ctrl-C ends the hub at once, and the next start cleans up', async () => {
    const hub = await startHub('node');
    await startSlowRun(hub);
    hub.killGroup('SIGINT');
    await hub.says(/no new work/);
    await sleep(1_200);
    hub.killGroup('SIGINT');
    expect(await hub.ended).toEqual({ code: 130, signal: null });

    const next = await startHub('node');
    await outside.arrival();
    outside.answerAll();
    next.kill('SIGTERM');
    expect(await next.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(next);
  });

  it('after kill -9 the next start adopts the living database and goes on', async () => {
    const hub = await startHub('node');
    const id = await startSlowRun(hub);
    const { postmaster } = hub;
    hub.kill('SIGKILL');
    expect(await hub.ended).toEqual({ code: null, signal: 'SIGKILL' });

    const next = await startHub('node');
    expect(next.postmaster).toBe(postmaster);
    expect((await next.api<RunView>(`/runs/${id}`)).id).toBe(id);
    next.kill('SIGKILL');
    await next.ended;

    process.kill(postmaster, 'SIGKILL');
    const third = await startHub('node');
    expect(third.postmaster).not.toBe(postmaster);
    expect((await third.api<RunView>(`/runs/${id}`)).id).toBe(id);
    outside.answerAll();
    third.kill('SIGTERM');
    expect(await third.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(third);
  });

  it('refuses a second hub on the same embedded database and leaves the first alone', async () => {
    const first = await startHub('node');
    const second = spawnHub('node');
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.output).toMatch(/^CC_HUB_ALREADY_RUNNING: Another hub uses the embedded database/m);
    expect(second.output).not.toContain('    at ');
    const migrating = spawnHub('node', {}, ['migrate']);
    expect(await migrating.ended).toEqual({ code: 1, signal: null });
    expect(await first.api('/workflows')).toBeDefined();
    first.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(first);
  });

  it('lets one of two hubs that start at once on a new clone have the database', async () => {
    const two = [spawnHub('node'), spawnHub('node')];
    const refused = await Promise.race(two.map(async (hub) => ({ hub, ended: await hub.ended })));
    expect(refused.ended).toEqual({ code: 1, signal: null });
    expect(refused.hub.output).toContain('CC_HUB_ALREADY_RUNNING');
    const winner = await two[refused.hub === two[0] ? 1 : 0]!.ready();
    databaseFolder = winner.databaseFolder;
    winner.kill('SIGTERM');
    expect(await winner.ended).toEqual({ code: 0, signal: null });
    await expectNothingLeft(winner);
  });

  it('uses the server DATABASE_URL names, says so without the password, and starts no other', async () => {
    const { url, drop } = await testDatabaseUrl({ empty: true });
    const { host, password, pathname } = new URL(url);
    const hub = await startHub('npm', { DATABASE_URL: url });
    expect(hub.output).toMatch(new RegExp(`Database: PostgreSQL [0-9.]+ at ${host}${pathname}`));
    expect(hub.output).not.toContain(password);
    expect(processesOf(`-D ${clone.folder}`)).toEqual([]);
    hub.kill('SIGTERM');
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    await drop();
  });

  it('SIGTERM in the middle of a start ends well, too', async () => {
    const hub = spawnHub('node');
    await hub.says(/Database: embedded/);
    hub.kill('SIGTERM');
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    databaseFolder = hub.databaseFolder;
    await expectNothingLeft(hub);
  });

  it('says what is wrong before it touches anything, and exits 1', async () => {
    clone.write('commandcenter.yaml', 'engine: { grace: soon }\nsecret: []\n');
    const hub = spawnHub('node', { PORT: 'http' });
    expect(await hub.ended).toEqual({ code: 1, signal: null });
    expect(hub.output).toBe(
      [
        'CC_CONFIG_INVALID: The configuration has 3 problems to correct.',
        '  PORT: must be a port, 0 to 65535 (0 picks a free one)',
        '  engine.grace (line 1, column 18): "soon" is not a duration; write 500ms, 30s, 5m, 2h or 7d',
        '  secret (line 2, column 9): is not a setting of this version',
        '',
      ].join('\n'),
    );
  });

  it('names a port that is taken, and stops the database it had started', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const hub = spawnHub('node', { PORT: String(port) });
    expect(await hub.ended).toEqual({ code: 1, signal: null });
    expect(hub.output).toContain(`CC_ADDRESS_UNAVAILABLE: The hub cannot listen on 127.0.0.1:${port} (EADDRINUSE)`);
    databaseFolder = hub.databaseFolder;
    await expectNothingLeft(hub);

    const doctor = spawnHub('node', { PORT: String(port) }, ['doctor']);
    expect(await doctor.ended).toEqual({ code: 1, signal: null });
    expect(doctor.output).toMatch(/ok +Node\.js[^]*ok +configuration[^]*ok +database +embedded in [^]*wrong +port/);
    await new Promise((resolve) => taken.close(resolve));
  });

  it('migrates by itself and leaves no process', async () => {
    const migrating = spawnHub('node', {}, ['migrate']);
    expect(await migrating.ended).toEqual({ code: 0, signal: null });
    expect(migrating.output).toMatch(/Applied Runs1700000000002/);
    databaseFolder = migrating.databaseFolder;
    await expectNothingLeft(migrating);
    const again = spawnHub('node', {}, ['migrate']);
    await again.ended;
    expect(again.output).toContain('up to date');
  });
});
