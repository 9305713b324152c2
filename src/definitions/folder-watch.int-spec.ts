import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefinitionsSite } from '../../test/support/definitions.js';
import { eventually } from '../../test/support/engine.js';
import type { Definitions } from './definitions.js';
import { FolderWatch } from './folder-watch.js';

let site: DefinitionsSite;
let definitions: Definitions;
let watch: FolderWatch;

beforeAll(async () => {
  site = await DefinitionsSite.open();
});
afterAll(() => site.close());
beforeEach(() => site.begin());
afterEach(async () => {
  await watch.onModuleDestroy();
  await site.end();
});

async function start(): Promise<void> {
  definitions = await site.definitions();
  watch = new FolderWatch(site.config, definitions);
  watch.onApplicationBootstrap();
}

const text = (name: string) => `id: w\nname: ${name}\nsteps: { s: { uses: a.b } }\n`;
const name = async () => (await definitions.get('w')).name;
const within = 4_000; // before the scan would find it anyhow

describe('the watch of folders', () => {
  it('loads what is new, what changed and what was renamed over, and lets go what was deleted', async () => {
    const { folder } = site;
    await mkdir(folder);
    await start();
    await writeFile(join(folder, 'w.yaml'), text('one'));
    await eventually(async () => expect(await name()).toBe('one'), within);
    await writeFile(join(folder, 'w.yaml'), text('two'));
    await eventually(async () => expect(await name()).toBe('two'), within);
    await writeFile(join(folder, 'w.yaml.tmp'), text('three'));
    await rename(join(folder, 'w.yaml.tmp'), join(folder, 'w.yaml'));
    await eventually(async () => expect(await name()).toBe('three'), within);
    await mkdir(join(folder, 'team/deep'), { recursive: true });
    await rename(join(folder, 'w.yaml'), join(folder, 'team/deep/w.yaml'));
    await eventually(async () => expect((await definitions.summary('w')).file).toMatch('team/deep'), within);
    expect(definitions.enabled('w')).toBe(true);
    await rm(join(folder, 'team'), { recursive: true });
    await eventually(() => expect(definitions.enabled('w')).toBe(false), within);
  });

  it('keeps what ran before when a file goes bad, and says why until it is good again', async () => {
    const { folder } = site;
    await mkdir(folder);
    await writeFile(join(folder, 'w.yaml'), text('good'));
    await start();
    await writeFile(join(folder, 'w.yaml'), 'id: w\nsteps: { s: { uses: nope.x } }\n');
    await eventually(() => expect(definitions.loadProblems()).toHaveLength(1), within);
    expect(await definitions.summary('w')).toMatchObject({
      name: 'good',
      enabled: true,
      problems: [{ path: 'steps.s.uses', line: 2, code: 'CC_AGENT_UNKNOWN' }],
    });
    await writeFile(join(folder, 'w.yaml'), text('better'));
    await eventually(async () => expect(await name()).toBe('better'), within);
    expect(definitions.loadProblems()).toEqual([]);
  });

  it('sees a link that is turned to another folder, as a ConfigMap does it', async () => {
    for (const version of ['one', 'two']) {
      await mkdir(join(site.root, version));
      await writeFile(join(site.root, version, 'w.yaml'), text(version));
    }
    await symlink('one', join(site.root, 'data'));
    await symlink('data', site.folder);
    await start();
    expect(await name()).toBe('one');
    await symlink('two', join(site.root, 'next'));
    await rename(join(site.root, 'next'), join(site.root, 'data'));
    await eventually(async () => expect(await name()).toBe('two'), 8_000);
  });

  it('loads nothing while nothing changes, whatever else is written there', async () => {
    const { folder } = site;
    await mkdir(folder);
    await writeFile(join(folder, 'w.yaml'), text('one'));
    await start();
    let loads = 0;
    definitions.onChange(() => (loads += 1));
    await writeFile(join(folder, 'notes.txt'), 'not a workflow');
    await writeFile(join(folder, '.w.yaml.swp'), 'an editor');
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(loads).toBe(0);
  });
});
