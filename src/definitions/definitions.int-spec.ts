import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DefinitionsSite } from '../../test/support/definitions.js';
import type { Definitions } from './definitions.js';
import { WorkflowEntity } from './workflow.entity.js';
import { WorkflowVersionEntity } from './workflow-version.entity.js';

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
const remove = (file: string) => rm(join(site.folder, file));
const replica = () => site.definitions();
const workflow = (id: string, name = id) => `id: ${id}\nname: ${name}\nsteps: { s: { uses: a.b } }\n`;

const states = async (definitions: Definitions) =>
  (await definitions.list()).map(({ id, enabled, file }) => [id, enabled, file]);

describe('Definitions', () => {
  it('loads every file of the folders, nested ones too, in all three forms', async () => {
    await mkdir(join(site.folder, 'team'));
    await write('one.yaml', workflow('one'));
    await write('team/two.yml', workflow('two'));
    await write('three.json', JSON.stringify({ id: 'three', steps: { s: { uses: 'a.b' } } }));
    await write('.hidden.yaml', 'not: [yaml');
    await write('README.md', 'not a workflow');
    const definitions = await replica();
    expect(await states(definitions)).toEqual([
      ['one', true, 'workflows/one.yaml'],
      ['three', true, 'workflows/three.json'],
      ['two', true, 'workflows/team/two.yml'],
    ]);
    expect(definitions.loadProblems()).toEqual([]);
    expect((await definitions.get('two')).steps.get('s')).toMatchObject({
      agent: 'a',
      action: 'b',
      timeoutMs: 300_000,
    });
    expect(definitions.current().map(({ plan, enabled }) => [plan.id, enabled])).toEqual([
      ['one', true],
      ['three', true],
      ['two', true],
    ]);
  });

  it('refuses what is no file, however it is called: a device would never end', async () => {
    await symlink('/dev/zero', join(site.folder, 'endless.yaml'));
    await write('good.yaml', workflow('good'));
    const definitions = await replica();
    expect((await definitions.list()).map(({ id }) => id)).toEqual(['good']);
    expect(definitions.loadProblems()).toEqual([
      { file: 'workflows/endless.yaml', problems: [{ path: '', message: 'this is not a file' }] },
    ]);
  });

  it('starts with the good files and shows the bad ones', async () => {
    await write('good.yaml', workflow('good'));
    await write('bad.yaml', 'id: bad\nsteps:\n  s: { uses: nope.x }\n  t: {}\n');
    await write('worse.yaml', 'id: [');
    const definitions = await replica();
    expect(await states(definitions)).toEqual([['good', true, 'workflows/good.yaml']]);
    expect(definitions.loadProblems()).toMatchObject([
      {
        file: 'workflows/bad.yaml',
        problems: [
          { path: 'steps.s.uses', line: 3, column: 14, code: 'CC_AGENT_UNKNOWN' },
          { path: 'steps.t', line: 4 },
        ],
      },
      { file: 'workflows/worse.yaml', problems: [{ line: 1 }] },
    ]);
  });

  it('loads neither of two files with one id, and names both', async () => {
    await write('a.yaml', workflow('same', 'A'));
    await write('b.yaml', workflow('same', 'B'));
    const definitions = await replica();
    expect(await definitions.list()).toEqual([]);
    expect(definitions.loadProblems()).toMatchObject([
      {
        file: 'workflows/a.yaml',
        problems: [{ path: 'id', message: expect.stringContaining('workflows/b.yaml') as string }],
      },
      {
        file: 'workflows/b.yaml',
        problems: [{ path: 'id', message: expect.stringContaining('workflows/a.yaml') as string }],
      },
    ]);
  });

  it('keeps every version: a run goes on with the one it started with', async () => {
    await write('w.yaml', workflow('w', 'first'));
    const before = await (await replica()).get('w');
    await write('w.yaml', workflow('w', 'second'));
    const definitions = await replica();
    const after = await definitions.get('w');
    expect([before.name, after.name]).toEqual(['first', 'second']);
    expect((await definitions.version('w', before.version)).name).toBe('first');
    expect(await definitions.version('w', before.version)).toBe(await definitions.version('w', before.version));
  });

  it('keeps the last good version of a file that went bad', async () => {
    await write('w.yaml', workflow('w', 'good'));
    await replica();
    await write('w.yaml', 'id: w\nsteps: {}\n');
    const definitions = await replica();
    expect((await definitions.get('w')).name).toBe('good');
    expect(definitions.enabled('w')).toBe(true);
    expect(definitions.loadProblems()).toHaveLength(1);
  });

  it('disables the workflow of a deleted file, and enables it again when the file comes back', async () => {
    await write('w.yaml', workflow('w'));
    await replica();
    await remove('w.yaml');
    const gone = await replica();
    expect(await states(gone)).toEqual([['w', false, undefined]]);
    expect((await gone.get('w')).id).toBe('w');
    await write('again.yaml', workflow('w'));
    expect(await states(await replica())).toEqual([['w', true, 'workflows/again.yaml']]);
  });

  it('leaves a workflow disabled that somebody disabled', async () => {
    await write('w.yaml', workflow('w', 'first'));
    await replica();
    await site.database.pool.query('UPDATE workflow SET enabled = false');
    await write('w.yaml', workflow('w', 'second'));
    const definitions = await replica();
    expect([definitions.enabled('w'), (await definitions.get('w')).name]).toEqual([false, 'second']);
  });

  it('does not disable what stands in a folder it cannot read', async () => {
    await write('w.yaml', workflow('w'));
    await replica();
    await rm(site.folder, { recursive: true });
    const definitions = await replica();
    expect(definitions.enabled('w')).toBe(true);
    expect(definitions.loadProblems()).toMatchObject([{ file: 'workflows' }]);
  });

  it('leaves a workflow of the API to the API', async () => {
    await write('w.yaml', workflow('w', 'api'));
    await replica();
    await site.database.pool.query("UPDATE workflow SET source = 'api', file = NULL");
    await write('w.yaml', workflow('w', 'file'));
    const definitions = await replica();
    expect((await definitions.get('w')).name).toBe('api');
    expect(definitions.loadProblems()).toMatchObject([{ file: 'workflows/w.yaml', problems: [{ path: 'id' }] }]);
  });

  it('is loaded by ten replicas at once as by one', async () => {
    for (let i = 0; i < 20; i++) await write(`w${i}.yaml`, workflow(`w${i}`));
    await replica();
    const { rows: before } = await site.database.pool.query(
      'SELECT id, current_version, updated_at FROM workflow ORDER BY id',
    );
    await remove('w0.yaml');
    await write('w1.yaml', workflow('w1', 'changed'));
    const replicas = await Promise.all(Array.from({ length: 10 }, replica));
    const lists = await Promise.all(replicas.map(states));
    expect(new Set(lists.map((list) => JSON.stringify(list))).size).toBe(1);
    expect(lists[0]).toHaveLength(20);
    const { rows: after } = await site.database.pool.query(
      'SELECT id, current_version, updated_at FROM workflow ORDER BY id',
    );
    // What did not change was not written.
    expect(
      after.filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i])).map(({ id }: { id: string }) => id),
    ).toEqual(['w0', 'w1']);
  });

  it('tells its listeners, and finds what another replica loaded later', async () => {
    const early = await replica();
    const changes: number[] = [];
    early.onChange(() => changes.push(early.current().length));
    await write('late.yaml', workflow('late'));
    await replica();
    expect(early.current()).toEqual([]);
    expect((await early.get('late')).id).toBe('late');
    await early.load();
    // Once for what it met by the way, once for the load.
    expect(changes).toEqual([1, 1]);
  });

  it.each([
    ['get', (definitions: Definitions) => definitions.get('wx')],
    ['version', (definitions: Definitions) => definitions.version('w', 'no-such')],
  ])('%s of something unknown is CC_WORKFLOW_NOT_FOUND', async (_name, act) => {
    await write('w.yaml', workflow('w'));
    const definitions = await replica();
    await expect(act(definitions)).rejects.toMatchObject({ code: 'CC_WORKFLOW_NOT_FOUND' });
  });

  it('agrees with its migration', async () => {
    const workflows = site.database.dataSource.getRepository(WorkflowEntity);
    await write('w.yaml', workflow('w'));
    const definitions = await replica();
    const { version } = await definitions.get('w');
    expect(await workflows.find()).toMatchObject([
      { id: 'w', currentVersion: version, source: 'file', file: 'workflows/w.yaml', enabled: true },
    ]);
    const versions = await site.database.dataSource.getRepository(WorkflowVersionEntity).find();
    expect(versions).toMatchObject([{ workflowId: 'w', version, createdAt: expect.any(Date) as Date }]);
    const log = await site.database.dataSource.driver.createSchemaBuilder().log();
    // Constraints stand in migrations only.
    const drift = log.upQueries.filter(({ query }) => /"workflow/.test(query) && !query.includes('DROP CONSTRAINT'));
    expect(drift).toEqual([]);
  });
});
