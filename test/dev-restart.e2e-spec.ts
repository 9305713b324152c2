import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { Clone } from './support/process/clone.js';
import { HubProcess } from './support/process/hub.js';
import { SlowServer } from './support/process/slow-server.js';

/** A built plugin whose action says which edit of it is at work; `slow` waits for the outside first. */
const plugin = (text: string, before = '') => `
  import { Action, Agent, definePlugin } from '@commandcenter/sdk';
  import { z } from 'zod';
  ${before}
  class Mine {
    say() { return ${JSON.stringify(text)}; }
    async slow({ url }, ctx) { await fetch(url, { signal: ctx.signal }); return ${JSON.stringify(text)}; }
  }
  Agent({ id: 'mine', title: 'Mine' })(Mine);
  for (const id of ['say', 'slow'])
    Action({ id, title: id, input: z.unknown(), output: z.unknown() })(Mine.prototype, id, {});
  export default definePlugin({ name: 'mine', version: '1.0.0', hub: '*', agents: [Mine] });
`;
const files = {
  'commandcenter.yaml': 'plugins: [{ use: ./mine }, { use: transform }]\n',
  'mine/package.json': JSON.stringify({ name: 'mine', type: 'module', exports: './dist/index.js' }),
  'mine/dist/index.js': plugin('first'),
  'workflows/say.yaml': 'id: say\nsteps: { one: { uses: mine.say } }\noutput: ${{ steps.one.output }}\n',
  'workflows/slow.yaml':
    'id: slow\ninput: { type: object, properties: { url: { type: string } } }\n' +
    'steps: { one: { uses: mine.slow, with: { url: "${{ input.url }}" } } }\noutput: ${{ steps.one.output }}\n',
};

interface Run {
  readonly id: string;
  readonly status: string;
  readonly output: unknown;
}

describe('commandcenter dev, when a plugin is built', () => {
  let clone: Clone;
  let hub: HubProcess;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>> | undefined;
  let embedded: string | undefined;
  beforeEach(() => {
    clone = new Clone(files);
    embedded = undefined;
    database = undefined;
  });
  afterEach(async () => {
    if (hub.groupLives()) hub.killGroup('SIGKILL');
    await database?.drop();
    clone.remove(embedded);
  });

  async function start(): Promise<void> {
    database = await testDatabaseUrl();
    hub = HubProcess.spawn(clone, 'node', { DATABASE_URL: database.url, OTEL_SDK_DISABLED: 'true' }, ['dev']);
    await hub.ready();
  }

  async function ended(id: string): Promise<Run> {
    for (const deadline = Date.now() + 40_000; ; await sleep(50)) {
      const run = await hub.api<Run>(`/runs/${id}`).catch(() => undefined); // refused while the hub restarts
      if (run !== undefined && ['succeeded', 'failed'].includes(run.status)) return run;
      if (Date.now() > deadline) throw new Error(`run ${id} did not end: ${JSON.stringify(run)}\n${hub.output}`);
    }
  }
  const say = async () => (await ended((await hub.api<Run>('/workflows/say/runs', { input: {} })).id)).output;

  /** Forgets what was said before, so that it is waited for anew. */
  function build(text: string, before?: string): void {
    hub.output = '';
    clone.write('mine/dist/index.js', plugin(text, before));
  }

  it('says what changed and is back soon at the same address, with the new code and the old runs', async () => {
    await start();
    expect(await say()).toBe('first');
    const { url } = clone.credentials;
    const outside = await SlowServer.listen();
    const { id } = await hub.api<Run>('/workflows/slow/runs', { input: { url: outside.url } });
    await outside.arrival();
    build('second');
    await hub.says(/^Changed: \.\/mine \(mine\/dist\/index\.js\)$/m);
    const [, seconds] = await hub.says(/^The hub is back after ([\d.]+) s$/m);
    expect(Number(seconds)).toBeLessThan(20);
    expect(clone.credentials.url).toBe(url);
    expect(await say()).toBe('second');
    // It was cut short, which is no failure of its, and done again by the code that is there now.
    while (outside.arrivals < 2) await sleep(50);
    outside.answerAll();
    expect(await ended(id)).toMatchObject({ status: 'succeeded', output: 'second' });
    await outside.close();
  });

  it.each([
    ['throws at import', 'throw new Error("half written");', /CC_PLUGIN_FAILED: Plugin ".\/mine" .*half written/],
    ['is no JavaScript', 'const = 1;', /CC_PLUGIN_FAILED: Plugin ".\/mine" threw/],
  ])('shows the error of one that %s, waits for the next build, and goes on', async (_, before, error) => {
    await start();
    build('broken', before);
    await hub.says(error);
    await hub.says(/^The hub did not start. Waiting for a change of commandcenter.yaml, .\/mine, transform$/m);
    await expect(fetch(clone.credentials.url)).rejects.toThrow();
    build('mended');
    await hub.says(/^The hub is back after/m);
    expect(await say()).toBe('mended');
  });

  it('keeps the hub that runs when commandcenter.yaml is edited badly, and takes the next edit', async () => {
    await start();
    hub.output = '';
    clone.write('commandcenter.yaml', 'plugins: 7\n');
    await hub.says(/CC_CONFIG_INVALID[^]*The hub goes on as it was/);
    expect(await say()).toBe('first');
    clone.write('commandcenter.yaml', 'plugins: [{ use: ./mine }]\n');
    await hub.says(/^The hub is back after/m);
    expect(await hub.api('/plugins')).toMatchObject({ items: [{ use: './mine' }] });
  });

  it('waits for a first build, and ends with SIGINT also when no hub runs', async () => {
    clone.write('mine/dist/index.js', 'export default 1;');
    database = await testDatabaseUrl();
    hub = HubProcess.spawn(clone, 'node', { DATABASE_URL: database.url, OTEL_SDK_DISABLED: 'true' }, ['dev']);
    await hub.says(/CC_PLUGIN_EXPORT_MISSING[^]*Waiting for a change/);
    build('first');
    await hub.ready();
    build('broken', 'throw 1;');
    await hub.says(/Waiting for a change/);
    hub.killGroup('SIGINT');
    expect(await hub.ended).toEqual({ code: 0, signal: null });
  });

  it('keeps the embedded PostgreSQL across restarts, and ends it with itself', async () => {
    hub = HubProcess.spawn(clone, 'node', { OTEL_SDK_DISABLED: 'true' }, ['dev']);
    await hub.ready();
    embedded = hub.databaseFolder;
    const server = hub.postmaster;
    build('second');
    await hub.says(/^The hub is back after/m);
    expect(hub.postmaster).toBe(server);
    expect(await say()).toBe('second');
    build('broken', 'throw new Error("half written");');
    await hub.says(/Waiting for a change/);
    hub.kill('SIGTERM');
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    expect(existsSync(join(embedded, 'data', 'postmaster.pid'))).toBe(false);
  });
});
