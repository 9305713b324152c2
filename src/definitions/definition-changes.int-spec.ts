import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DefinitionsSite, Shipped } from '../../test/support/definitions.js';
import { DefinitionChanges } from './definition-changes.js';

let site: DefinitionsSite;

beforeAll(async () => {
  site = await DefinitionsSite.open();
});
afterAll(() => site.close());
beforeEach(async () => {
  await site.begin();
  await mkdir(site.folder);
});
afterEach(() => site.end());

const write = (file: string, text: string) => site.write(file, text);
const text = (id: string, name = id) => `id: ${id}\nname: ${name}\nsteps: { s: { uses: a.b } }\n`;
const shipped = (id: string, plugin = 'acme', uses = 'a.b') => ({
  plugin,
  definition: { id, name: plugin, steps: { s: { uses } } },
});

async function replica(plugins = new Shipped()) {
  const definitions = await site.definitions(plugins);
  return { definitions, changes: new DefinitionChanges(site.database, definitions) };
}

const revision = async () =>
  (await site.database.pool.query<{ revision: string }>('SELECT revision FROM workflow_revision')).rows[0]!.revision;

describe('a workflow that is put', () => {
  it('is new, then changed, then what it was: only what changes counts up the revision', async () => {
    const { changes, definitions } = await replica();
    const before = Number(await revision());
    const first = await changes.put('w', text('w', 'one'), 'ada');
    const second = await changes.put('w', text('w', 'two'), 'bob');
    const same = await changes.put('w', `{"steps":{"s":{"uses":"a.b"}},"name":"two","id":"w"}`, 'eve');
    expect([first, second, same].map(({ outcome }) => outcome)).toEqual(['created', 'changed', 'unchanged']);
    expect(same.workflow).toEqual(second.workflow);
    expect(second.workflow).toMatchObject({ id: 'w', name: 'two', source: 'api', enabled: true, gone: false });
    expect(Number(await revision()) - before).toBe(2);
    expect((await definitions.versions('w')).map(({ version, createdBy }) => [version, createdBy])).toEqual([
      [second.workflow.version, 'bob'],
      [first.workflow.version, 'ada'],
    ]);
  });

  it('is what other replicas have once they catch up, and what they find when asked before', async () => {
    const [here, there, third] = [await replica(), await replica(), await replica()];
    await here.changes.put('w', text('w', 'one'), 'ada');
    expect([there.definitions.enabled('w'), (await there.definitions.get('w')).name]).toEqual([false, 'one']);
    expect(there.definitions.enabled('w')).toBe(true);
    const heard: string[] = [];
    third.definitions.onChange(() => heard.push('change'));
    await third.definitions.catchUp();
    await third.definitions.catchUp();
    expect([third.definitions.current().map(({ plan }) => plan.name), heard]).toEqual([['one'], ['change']]);
  });

  it('has every problem by path, line and column, and changes nothing', async () => {
    const { changes, definitions } = await replica();
    const bad = 'id: x\nsteps:\n  s: { uses: nope.x }\n  t: {}\n';
    await expect(changes.put('w', bad, 'ada')).rejects.toMatchObject({
      code: 'CC_WORKFLOW_INVALID',
      problems: [
        { path: 'id', line: 1, column: 5 },
        { path: 'steps.s.uses', line: 3, column: 14, code: 'CC_AGENT_UNKNOWN' },
        { path: 'steps.t', line: 4 },
      ],
    });
    expect(await definitions.list()).toEqual([]);
  });

  it('of a file or a plugin is refused, until that is gone', async () => {
    await write('f.yaml', text('f'));
    const { changes, definitions } = await replica(new Shipped([shipped('p')]));
    for (const id of ['f', 'p'])
      await expect(changes.put(id, text(id, 'api'), 'ada')).rejects.toMatchObject({ code: 'CC_WORKFLOW_OWNED' });
    await rm(join(site.folder, 'f.yaml'));
    await definitions.load();
    expect((await changes.put('f', text('f', 'api'), 'ada')).workflow).toMatchObject({ source: 'api', enabled: true });
  });

  it('expects what the caller has seen, when the caller says so', async () => {
    const { changes } = await replica();
    const { workflow } = await changes.put('w', text('w', 'one'), 'ada', { absent: true });
    const two = text('w', 'two');
    await expect(changes.put('w', two, 'bob', { absent: true })).rejects.toMatchObject({ code: 'CC_WORKFLOW_CHANGED' });
    await expect(changes.put('x', text('x'), 'bob', { match: ['*'] })).rejects.toMatchObject({
      code: 'CC_WORKFLOW_CHANGED',
    });
    await expect(changes.put('w', two, 'bob', { match: ['abc'] })).rejects.toMatchObject({
      code: 'CC_WORKFLOW_CHANGED',
    });
    expect((await changes.put('w', two, 'bob', { match: ['abc', workflow.version] })).outcome).toBe('changed');
  });

  it('of two callers who saw the same version, one wins and the other hears of it', async () => {
    const [here, there] = [await replica(), await replica()];
    const { workflow } = await here.changes.put('w', text('w', 'start'), 'ada');
    const match = { match: [workflow.version] };
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => [here, there][n % 2]!.changes.put('w', text('w', `name ${n}`), 'x', match)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a workflow that somebody disabled', () => {
  it('stays so: when it changes, is loaded again, or its file goes and comes back', async () => {
    await write('w.yaml', text('w', 'one'));
    const { changes, definitions } = await replica();
    const { changed, workflow } = await changes.disable('w', 'ada');
    expect([changed, workflow.enabled, workflow.disabledBy]).toEqual([true, false, 'ada']);
    expect((await changes.disable('w', 'bob')).workflow.disabledBy).toBe('ada');
    await write('w.yaml', text('w', 'two'));
    await definitions.load();
    expect(await definitions.summary('w')).toMatchObject({ name: 'two', enabled: false });
    await rm(join(site.folder, 'w.yaml'));
    await definitions.load();
    await write('w.yaml', text('w', 'three'));
    const restarted = await replica();
    expect(await restarted.definitions.summary('w')).toMatchObject({ name: 'three', enabled: false, gone: false });
    expect(await restarted.changes.enable('w', 'ada')).toMatchObject({ changed: true, workflow: { enabled: true } });
    await definitions.catchUp();
    expect(definitions.enabled('w')).toBe(true);
  });

  it('cannot be enabled without its file, and is by its file alone when nobody disabled it', async () => {
    await write('w.yaml', text('w'));
    const { changes, definitions } = await replica();
    await rm(join(site.folder, 'w.yaml'));
    await definitions.load();
    await expect(changes.enable('w', 'ada')).rejects.toMatchObject({ code: 'CC_WORKFLOW_GONE' });
    await write('w.yaml', text('w'));
    await definitions.load();
    expect(definitions.enabled('w')).toBe(true);
  });

  it('has to be there', async () => {
    const { changes } = await replica();
    for (const act of ['enable', 'disable'] as const)
      await expect(changes[act]('w', 'ada')).rejects.toMatchObject({ code: 'CC_WORKFLOW_NOT_FOUND' });
  });
});

describe('a workflow of a plugin', () => {
  it('has versions like any other, and is gone with the plugin', async () => {
    const plugins = new Shipped([shipped('p')]);
    const { definitions } = await replica(plugins);
    expect(await definitions.summary('p')).toMatchObject({ source: 'plugin', plugin: 'acme', enabled: true });
    plugins.workflows = [{ plugin: 'acme', definition: { ...shipped('p').definition, name: 'newer' } }];
    await definitions.load();
    expect(await definitions.versions('p')).toHaveLength(2);
    plugins.workflows = [];
    await definitions.load();
    expect(await definitions.summary('p')).toMatchObject({ name: 'newer', enabled: false, gone: true });
    plugins.workflows = [shipped('p')];
    await definitions.load();
    expect(await definitions.summary('p')).toMatchObject({ name: 'acme', enabled: true });
  });

  it('is refused when an agent it needs is missing, and what ran before goes on', async () => {
    const plugins = new Shipped([shipped('p')]);
    const { definitions } = await replica(plugins);
    plugins.workflows = [shipped('p', 'acme', 'nope.x')];
    await definitions.load();
    expect(await definitions.summary('p')).toMatchObject({ enabled: true, problems: [{ path: 'steps.s.uses' }] });
    expect(definitions.loadProblems()).toMatchObject([
      { plugin: 'acme', workflow: 'p', problems: [{ code: 'CC_AGENT_UNKNOWN' }] },
    ]);
  });

  it('does not take the id of a file, of the API or of another plugin', async () => {
    await write('f.yaml', text('f', 'file'));
    const plugins = new Shipped();
    const { definitions, changes } = await replica(plugins);
    await changes.put('u', text('u', 'api'), 'ada');
    plugins.workflows = [shipped('p')];
    await definitions.load();
    plugins.workflows = [shipped('p'), ...['f', 'u', 'p'].map((id) => shipped(id, 'other'))];
    await definitions.load();
    expect((await definitions.list()).map(({ id, name }) => [id, name])).toEqual([
      ['f', 'file'],
      ['p', 'acme'],
      ['u', 'api'],
    ]);
    expect(definitions.loadProblems()).toMatchObject(
      ['f', 'u', 'p'].map((workflow) => ({
        plugin: 'other',
        workflow,
        problems: [{ path: 'id', code: 'CC_WORKFLOW_OWNED' }],
      })),
    );
  });
});
