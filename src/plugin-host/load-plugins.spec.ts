import { PluginFolder } from '../../test/support/plugin-folder.js';
import type { PluginConfig } from '../config/index.js';
import { CcError } from '../errors/index.js';
import { importPlugin } from './import-plugin.js';
import { loadPlugins } from './load-plugins.js';
import { resolvePlugin } from './resolve-plugin.js';

let folder: PluginFolder;
beforeEach(() => (folder = new PluginFolder()));
afterEach(() => folder.remove());

type Listing = Partial<PluginConfig> & { readonly use: string };

const load = (listings: readonly Listing[], { secrets = ['KNOWN', 'OTHER'], version = '1.2.3' } = {}) => {
  const plugins = listings.map((listing) => ({ options: {}, secrets: [], onError: 'fail' as const, ...listing }));
  const source = (name: string) => (name === 'KNOWN' ? 'value' : undefined);
  return loadPlugins({ root: folder.path, plugins, secrets }, source, version);
};

const refusal = async (...args: Parameters<typeof load>): Promise<CcError> => {
  const outcome = await load(...args).then(
    () => new Error('all plugins were loaded'),
    (thrown: unknown) => thrown,
  );
  if (outcome instanceof CcError) return outcome;
  throw outcome;
};

it('loads a plugin with its options, grants and agents', async () => {
  const use = folder.plugin('echo', `{ options: z.object({ a: z.array(z.number()), b: z.string().default('x') }) }`);
  const { loaded } = await load([{ use, options: { a: [1] }, secrets: ['KNOWN'] }]);
  expect(loaded).toMatchObject([
    { use, options: { a: [1], b: 'x' }, agents: [{ id: 'echo', actions: [{ id: 'say' }] }] },
  ]);
  expect([...loaded[0]!.grants]).toEqual(['KNOWN']);
  expect(Object.isFrozen((loaded[0]!.options as { a: unknown }).a)).toBe(true);
});

describe('a plugin is refused with', () => {
  const tiny = `{ id: 'w', steps: { s: { uses: 'a.say' } } }`;
  const cases: [code: string, why: string, listings: () => Listing[], message: string][] = [
    ['CC_PLUGIN_NOT_FOUND', 'not installed', () => [{ use: 'absent' }], 'Plugin "absent" cannot be found'],
    [
      'CC_PLUGIN_EXPORT_MISSING',
      'no default export',
      () => [{ use: folder.write('a.mjs', 'export const plugin = {};') }],
      'does not default-export definePlugin(...)',
    ],
    [
      'CC_PLUGIN_EXPORT_MISSING',
      'a default export that is not sealed',
      () => [{ use: folder.write('a.mjs', 'export default { name: "a" };') }],
      'does not default-export definePlugin(...)',
    ],
    [
      'CC_PLUGIN_FAILED',
      'a throwing module',
      () => [{ use: folder.write('a.mjs', 'throw new Error("no licence");') }],
      'threw while it was imported: no licence',
    ],
    [
      'CC_PLUGIN_FAILED',
      'a schema that throws',
      () => [{ use: folder.plugin('a', '{ options: z.unknown().transform(() => { throw new Error("oh"); }) }') }],
      'threw while it was checked: oh',
    ],
    [
      'CC_PLUGIN_HUB_VERSION',
      'another hub in mind',
      () => [{ use: folder.plugin('a', `{ hub: '^2.0.0' }`) }],
      'works with hub ^2.0.0, this is 1.2.3',
    ],
    [
      'CC_PLUGIN_DUPLICATE',
      'a name that is taken',
      () => [{ use: folder.plugin('a', '{}') }, { use: folder.plugin('b', `{ name: 'a' }`) }],
      '"./a.mjs" and "./b.mjs" are both plugin a',
    ],
    [
      'CC_PLUGIN_AGENT_CLASH',
      'an agent another plugin has',
      () => [
        { use: folder.plugin('a', '{}') },
        {
          use: folder.plugin(
            'b',
            '{ agents: [Other] }',
            `class Other extends Echo {}; sdk.Agent({ id: 'a', title: 'A' })(Other);`,
          ),
        },
      ],
      'both offer agent a',
    ],
    [
      'CC_PLUGIN_AGENT_CLASH',
      'an action twice',
      () => [
        { use: folder.plugin('a', '{}', `Echo.prototype.shout = () => 1; action(Echo, 'shout', { id: 'say' });`) },
      ],
      'offers a.say twice',
    ],
    [
      'CC_PLUGIN_OPTIONS_INVALID',
      'options it does not take',
      () => [{ use: folder.plugin('a', '{}'), options: { b: 1 } }],
      'options.b: is not an option',
    ],
    [
      'CC_PLUGIN_SECRET_NOT_GRANTED',
      'a secret it was not granted',
      () => [{ use: folder.plugin('a', `{ permissions: { secrets: ['KNOWN', 'OTHER'] } }`), secrets: ['KNOWN'] }],
      'needs OTHER; add it',
    ],
    [
      'CC_SECRET_UNKNOWN',
      'a grant of what nobody listed',
      () => [{ use: folder.plugin('a', '{}'), secrets: ['STRANGE'] }],
      'STRANGE, which is not under the top-level',
    ],
    [
      'CC_SECRET_UNKNOWN',
      'a needed secret without value',
      () => [{ use: folder.plugin('a', `{ permissions: { secrets: ['OTHER'] } }`), secrets: ['OTHER'] }],
      'OTHER, which has no value',
    ],
    [
      'CC_PLUGIN_PERMISSION_NOT_BUILT',
      'a permission nobody enforces',
      () => [{ use: folder.plugin('a', `{ permissions: { net: ['*'] } }`) }],
      'permissions.net',
    ],
    [
      'CC_PLUGIN_MANIFEST_INVALID',
      'a controller that is none',
      () => [{ use: folder.plugin('a', `{ controllers: [class {}] }`) }],
      'controllers.0: is not a class with @Controller',
    ],
    [
      'CC_PLUGIN_MANIFEST_INVALID',
      'a metric of another plugin',
      () =>
        ['a', 'a-b'].map((name) => ({
          use: folder.plugin(
            name,
            `{ agents: [], metrics: { a_b_total: { kind: 'counter', unit: '1', description: 'd' } } }`,
          ),
        })),
      'has the metric a_b_total',
    ],
    [
      'CC_PLUGIN_MANIFEST_INVALID',
      'workflows that are wrong, all at once',
      () => [
        { use: folder.plugin('a', `{ workflows: [{ id: 'w', steps: { s: { use: 'x.y' } } }, { id: 'W' }, 1n] }`) },
      ],
      'workflows.0.steps.s.use: ',
    ],
    [
      'CC_PLUGIN_MANIFEST_INVALID',
      'two workflows with one id',
      () => [{ use: folder.plugin('a', `{ workflows: [1, 2].map(() => (${tiny})) }`) }],
      'workflows.1.id: "w" is the id of two',
    ],
    [
      'CC_WORKFLOW_OWNED',
      'a workflow another plugin has',
      () => ['a', 'b'].map((name) => ({ use: folder.plugin(name, `{ workflows: [${tiny}] }`) })),
      'Plugins a and b both bring a workflow "w"',
    ],
    [
      'CC_PLUGIN_MANIFEST_INVALID',
      'a schema that is not JSON',
      () => [
        { use: folder.plugin('a', '{}', `Echo.prototype.at = () => 1; action(Echo, 'at', { output: z.date() });`) },
      ],
      'a.at.output cannot be written as JSON Schema',
    ],
  ];

  it.each(cases)('%s: %s', async (code, _, listings, message) => {
    const error = await refusal(listings());
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

it('names every wrong option by its path', async () => {
  const use = folder.plugin('a', `{ options: z.strictObject({ url: z.url(), deep: z.object({ n: z.number() }) }) }`);
  const error = await refusal([{ use, options: { url: 'x', deep: { n: 'y' } } }]);
  expect(error.problems.map(({ path }) => path)).toEqual(['options.url', 'options.deep.n']);
});

it('names every wrong line of a manifest by its path', async () => {
  const use = folder.plugin(
    'a',
    `{ name: 'My Plugin', version: 'one', hub: 'some', options: {}, agents: [Echo, Bare, Untitled, 7, Scoped],
       providers: [{ provide: 'APP_GUARD', useValue: 1 }], permissions: { secrets: 'ALL' } }`,
    `class Bare {}
     class Untitled { do() {} }
     sdk.Agent({ id: 'Bad Id', title: '' })(Untitled);
     action(Untitled, 'do', { id: '1st', title: ' ', input: {}, output: undefined });
     class Scoped extends Echo {}
     sdk.Agent({ id: 'scoped', title: 'Scoped' })(Scoped);
     nest.Injectable({ scope: nest.Scope.REQUEST })(Scoped);`,
  );
  const { code, problems } = await refusal([{ use }]);
  expect(code).toBe('CC_PLUGIN_MANIFEST_INVALID');
  expect(problems.map(({ path }) => path)).toEqual([
    'name',
    'version',
    'hub',
    'options',
    'permissions.secrets',
    'providers.0',
    'agents.4',
    'agents.1',
    'agents.Bad Id',
    'agents.Bad Id.title',
    'agents.Bad Id.1st',
    'agents.Bad Id.1st.title',
    'agents.Bad Id.1st.input',
    'agents.Bad Id.1st.output',
    'agents.3',
  ]);
});

it('tells all plugins that fail at once', async () => {
  const error = await refusal([
    { use: 'absent' },
    { use: folder.plugin('a', '{}') },
    { use: folder.plugin('b', `{ hub: '9' }`) },
  ]);
  expect(error.problems).toMatchObject([
    { path: 'plugins.0', code: 'CC_PLUGIN_NOT_FOUND' },
    { path: 'plugins.2', code: 'CC_PLUGIN_HUB_VERSION' },
  ]);
});

it('leaves a plugin with onError: skip out and says why', async () => {
  const use = folder.plugin('a', '{}');
  const { loaded, skipped } = await load([{ use: 'absent', onError: 'skip' }, { use }]);
  expect(loaded.map((plugin) => plugin.use)).toEqual([use]);
  expect(skipped).toMatchObject([{ use: 'absent', reason: { code: 'CC_PLUGIN_NOT_FOUND' } }]);
});

it('takes empty lists of parts that are not built', async () => {
  const use = folder.plugin('a', '{ controllers: [], workflows: [], metrics: {} }');
  await expect(load([{ use }])).resolves.toMatchObject({ loaded: [{ use }] });
});

it('does not wait for a module that never finishes', async () => {
  const use = folder.write('hangs.mjs', 'await new Promise(() => setInterval(() => {}, 1e6).unref());');
  const importing = importPlugin(use, resolvePlugin(use, folder.path), 50);
  await expect(importing).rejects.toMatchObject({
    code: 'CC_PLUGIN_HUNG',
    message: expect.stringContaining('did not finish its top-level code within 0.05 s'),
  });
});
