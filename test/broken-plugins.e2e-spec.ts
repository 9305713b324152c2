import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { metered, metricsUrlOf } from './support/metrics/metered-hub.js';
import { Scrape } from './support/metrics/scrape.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess, token } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

/** Source of a provider whose hook does what is given. */
const hook = (name: string, body: string) => `class Broken { async ${name}() { ${body} } }; nest.Injectable()(Broken);`;
const forEver = 'await new Promise(() => setInterval(() => {}, 1e6));';

/** Each kind of broken plugin: what its module says, what its manifest says, how it is told. */
const kinds: Record<string, { before?: string; manifest?: string; told: RegExp }> = {
  import: {
    before: 'throw new Error("no licence");',
    told: /CC_PLUGIN_FAILED.*threw while it was imported: no licence/,
  },
  version: { manifest: `{ hub: '^99.0.0' }`, told: /CC_PLUGIN_HUB_VERSION.*works with hub \^99\.0\.0/ },
  constructor: {
    before:
      'Echo = class extends Echo { constructor() { super(); throw new Error("no memory"); } }; sdk.Agent({ id: "constructor", title: "x" })(Echo);',
    told: /CC_PLUGIN_FAILED.*Plugin constructor \("\.\/constructor\.mjs"\) threw while .* was made: no memory/,
  },
  factory: {
    manifest: `{ providers: [{ provide: 'IT', useFactory: async () => { throw new Error('no server'); } }] }`,
    told: /CC_PLUGIN_FAILED.*Plugin factory .* threw while IT was made: no server/,
  },
  init: {
    before: hook('onModuleInit', 'throw new Error("no network");'),
    manifest: '{ providers: [Broken] }',
    told: /CC_PLUGIN_FAILED.*Plugin init .* threw in onModuleInit of Broken: no network/,
  },
  bootstrap: {
    before: hook('onApplicationBootstrap', 'throw new Error("no luck");'),
    manifest: '{ providers: [Broken] }',
    told: /CC_PLUGIN_FAILED.*Plugin bootstrap .* threw in onApplicationBootstrap of Broken: no luck/,
  },
  'hangs-at-import': { before: forEver, told: /CC_PLUGIN_HUNG.*did not finish its top-level code within 10 s/ },
  'hangs-at-init': {
    before: hook('onModuleInit', forEver),
    manifest: '{ providers: [Broken] }',
    told: /CC_PLUGIN_HUNG.*Plugin hangs-at-init .* did not finish in onModuleInit of Broken within 20 s/,
  },
};

/** An agent whose faults come when nobody waits for it any more; `never` is one that does not answer. */
const leaky = `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { Action, Agent, definePlugin } from '@commandcenter/sdk';
  import { z } from 'zod';
  class Leaky {
    reject() { void sleep(20).then(() => { throw new Error('leaked'); }); return 1; }
    text() { void Promise.reject('only text'); return 1; }
    timer() { setTimeout(() => { throw new Error('escaped'); }, 20); return 1; }
    flood() { const t = setInterval(() => { if (++n === 500) clearInterval(t); throw new Error('again'); }, 1); let n = 0; return 1; }
    never() { return new Promise(() => undefined); }
  }
  Agent({ id: 'leaky', title: 'Leaky' })(Leaky);
  for (const id of ['reject', 'text', 'timer', 'flood', 'never'])
    Action({ id, title: id, input: z.unknown(), output: z.unknown() })(Leaky.prototype, id, {});
  export default definePlugin({ name: 'leaky', version: '1.0.0', hub: '*', agents: [Leaky] });
`;

let folder: PluginFolder;
let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
let hub: HubProcess | undefined;
beforeEach(async () => {
  folder = new PluginFolder();
  database = await testDatabaseUrl();
  hub = undefined;
});
afterEach(async () => {
  await hub?.end('SIGKILL');
  await database.drop();
  folder.remove();
});

function site(plugins: readonly object[], workflows: Readonly<Record<string, string>> = {}): void {
  folder.write('commandcenter.yaml', { plugins, workflows: ['workflows'] });
  folder.write('workflows/.keep', '');
  for (const [id, uses] of Object.entries(workflows)) {
    folder.write(`workflows/${id}.json`, { id, steps: { one: { uses, timeout: '1s', with: { value: 'fine' } } } });
  }
}
const broken = (kind: string): string => {
  const { before = '', manifest = '{}' } = kinds[kind]!;
  return folder.plugin(kind, manifest, before);
};
const start = async (env: Record<string, string> = {}) =>
  (hub = await HubProcess.start(folder.path, database.url, env));

async function outcome(workflow: string): Promise<any> {
  const started = await hub!.call('POST', `/workflows/${workflow}/runs`, { input: {} });
  expect(started.status).toBe(202);
  for (; ; await sleep(50)) {
    const { body } = await hub!.call('GET', `/runs/${started.body.id}`);
    if (['succeeded', 'failed'].includes(body.status)) return body;
  }
}

describe('a plugin that is broken when the hub starts', () => {
  it.each(Object.keys(kinds))('refuses the start with a sentence that names it: %s', async (kind) => {
    site([{ use: 'transform' }, { use: broken(kind) }]);
    const refused = await start().then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(refused).toMatch(/^the hub ended with 1:/);
    expect(refused).toMatch(kinds[kind]!.told);
  });

  it('is left out with onError: skip, every kind at once, and shown with its reason', async () => {
    const names = Object.keys(kinds);
    const plugins = names.map((kind) => ({ use: broken(kind), onError: 'skip' }));
    site([{ use: 'transform' }, ...plugins], { fine: 'transform.value', lost: 'init.say' });
    await start();
    const { items } = (await hub!.call('GET', '/plugins')).body;
    expect(items).toHaveLength(names.length + 1);
    for (const kind of names) {
      const shown = items.find(({ use }: { use: string }) => use === `./${kind}.mjs`);
      const early = ['import', 'version', 'hangs-at-import'].includes(kind);
      expect(shown).toMatchObject({ status: early ? 'skipped' : 'failed' });
      expect(`${shown.code}: ${shown.reason}`).toMatch(kinds[kind]!.told);
      expect(hub!.log.join('\n')).toContain(`./${kind}.mjs\\" is left out`);
    }
    const agents = (await hub!.call('GET', '/agents')).body.items;
    expect(agents.map(({ id }: { id: string }) => id)).toEqual(['transform']);
    // Its workflows do not know its agent; all others work.
    const { body } = await hub!.call('POST', '/workflows/validate', { id: 'x', steps: { one: { uses: 'init.say' } } }); // prettier-ignore
    expect(body.problems).toMatchObject([{ code: 'CC_AGENT_UNKNOWN' }]);
    expect((await hub!.call('POST', '/workflows/lost/runs', { input: {} })).status).toBe(404);
    expect(await outcome('fine')).toMatchObject({ status: 'succeeded' });
    expect(await hub!.end()).toBe(0);
  });

  it('serves no request when it is left out', async () => {
    const before = `
      ${hook('onModuleInit', 'throw new Error("no network");')}
      class Door { knock() { return 'open'; } }
      nest.Controller()(Door);
      nest.Get('door')(Door.prototype, 'knock', Object.getOwnPropertyDescriptor(Door.prototype, 'knock'));`;
    const manifest = '{ providers: [Broken], controllers: [Door] }';
    site([{ use: folder.plugin('closed', manifest, before), onError: 'skip' }]);
    await start();
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${hub!.url}/plugins/closed/door`, { headers });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'CC_PLUGIN_FAILED' });
  });

  it('does not keep the hub from ending well when it throws, or hangs, at the end', async () => {
    const throws = folder.plugin('throws', '{ providers: [Broken] }', hook('onModuleDestroy', 'throw new Error("too late");')); // prettier-ignore
    const hangs = folder.plugin('hangs', '{ providers: [Broken] }', hook('beforeApplicationShutdown', forEver));
    site([{ use: throws }, { use: hangs }]);
    await start();
    expect(await hub!.end()).toBe(0);
    const log = hub!.log.join('\n');
    expect(log).toContain('Plugin throws: onModuleDestroy of Broken failed while the hub stopped: too late');
    expect(log).toContain('Plugin hangs: beforeApplicationShutdown of Broken failed while the hub stopped: it did not finish'); // prettier-ignore
    expect(log).toContain('Stopped');
  });
});

describe('a fault that comes later', () => {
  beforeEach(async () => {
    folder.write('leaky/package.json', { name: 'leaky', type: 'module', exports: './dist/index.js' });
    folder.write('leaky/dist/index.js', leaky);
    const ids = ['reject', 'text', 'timer', 'flood', 'never'];
    site([{ use: './leaky' }, { use: 'transform' }], {
      ...Object.fromEntries(ids.map((id) => [id, `leaky.${id}`])),
      fine: 'transform.value',
    });
  });
  /** Of the counter, by plugin and kind. */
  const counted = async () => {
    const { samples } = await Scrape.of(metricsUrlOf(hub!));
    const faults = samples.filter(({ name }) => name === 'plugin_faults_total');
    return Object.fromEntries(faults.map(({ labels, value }) => [`${labels['plugin']} ${labels['kind']}`, value]));
  };
  const none = {
    './leaky rejection': 0, './leaky exception': 0, 'transform rejection': 0, 'transform exception': 0, '_other rejection': 0,
  }; // prettier-ignore
  const logged = (text: string) => hub!.log.filter((line) => line.includes(text));

  it.each([
    ['reject', 'Plugin \\"./leaky\\" let a promise fail that nobody awaits: leaked', './leaky rejection'],
    ['timer', 'Plugin \\"./leaky\\" threw where nobody could catch it: escaped', './leaky exception'],
    ['text', 'Somebody let a promise fail that nobody awaits: only text', '_other rejection'],
  ])('is logged under the name of the plugin and counted, and the hub goes on: %s', async (id, line, series) => {
    await start(metered);
    expect(await counted()).toEqual(none);
    expect(await outcome(id)).toMatchObject({ status: 'succeeded' });
    await until('the line', async () => logged(line).length > 0);
    expect(await counted()).toEqual({ ...none, [series]: 1 });
    expect(await outcome('fine')).toMatchObject({ status: 'succeeded' });
    expect(await hub!.end()).toBe(0);
  });

  it('does not fill the log, however often it comes, and is counted each time', async () => {
    await start(metered);
    await outcome('flood');
    await sleep(3_000);
    await outcome('flood');
    await until('the line after them', async () => logged('"dropped":').length > 0);
    expect(logged('again').length).toBeLessThan(20);
    await until('all to be counted', async () => (await counted())['./leaky exception']! >= 1_000);
    expect(await counted()).toEqual({ ...none, './leaky exception': 1_000 });
    expect(await outcome('fine')).toMatchObject({ status: 'succeeded' });
  });

  it('of a step that never answers is its timeout', async () => {
    await start();
    expect(await outcome('never')).toMatchObject({ status: 'failed', error: { code: 'CC_STEP_TIMEOUT' } });
  });

  it.each([
    ['exception', `setTimeout(() => { throw new Error('a defect'); });`],
    ['exception', `require('node:net').connect(1, '127.0.0.1');`],
  ])('of nobody known ends the hub: an %s by %s', async (kind, code) => {
    folder.write('defect.cjs', `process.on('SIGUSR2', () => { ${code} });`);
    await start({ NODE_OPTIONS: `--require=${folder.path}/defect.cjs` });
    process.kill(hub!.pid, 'SIGUSR2');
    await until('the end', async () => logged('A defect of the hub ends it').length > 0);
    expect(await hub!.end()).toBe(1);
    expect(logged(`uncaught ${kind}`)).toHaveLength(1);
  });
});
