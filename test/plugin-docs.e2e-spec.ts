import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../src/config/index.js';
import { loadPlugins, PluginDirectory } from '../src/plugin-host/index.js';
import { PluginFolder } from './support/plugin-folder.js';

const repository = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

function snippets(file: string, language: string): string[] {
  const text = readFileSync(join(repository, file), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code);
}

describe('the snippets for plugin authors', () => {
  let folder: PluginFolder;

  beforeAll(async () => {
    folder = new PluginFolder();
    const [plugin = '', test = ''] = snippets('sdk/README.md', 'ts');
    const [guide = '', ports = ''] = snippets('docs/guides/plugins.md', 'ts');
    folder.write('package.json', { type: 'module' });
    folder.write('readme/index.ts', plugin);
    folder.write('readme/contract.ts', test);
    folder.write('guide/index.ts', guide);
    folder.write('guide/ports.ts', ports);
    const tsconfig = JSON.parse(readFileSync(join(repository, 'test/fixtures/acme-plugin/tsconfig.json'), 'utf8'));
    Object.assign(tsconfig.compilerOptions, { rootDir: '.', typeRoots: [join(repository, 'node_modules/@types')] });
    folder.write('tsconfig.json', { ...tsconfig, include: ['readme', 'guide'] });
  });
  afterAll(() => folder.remove());

  it('compile', async () => {
    const compiling = run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder.path]);
    await expect(compiling.catch(({ stdout }: { stdout: string }) => ({ stdout }))).resolves.toMatchObject({
      stdout: '',
    });
  });

  it('make a plugin that keeps the contract', async () => {
    folder.write(
      'globals.mjs',
      `import { describe, it } from 'node:test'; Object.assign(globalThis, { describe, it });`,
    );
    const args = ['--import', './globals.mjs', '--test', 'dist/readme/contract.js'];
    const { stdout } = await run(process.execPath, args, { cwd: folder.path });
    expect(stdout).toMatch(/^(#|ℹ) fail 0$/m);
    expect(stdout).toMatch(/answers its examples/);
  });

  it('make a plugin the hub takes, with routes, a queue and metrics', async () => {
    const use = './dist/guide/ports.js';
    const listing = { use, options: {}, secrets: ['SHOP_KEY'], onError: 'fail' as const };
    const { loaded } = await loadPlugins({ root: folder.path, plugins: [listing], secrets: ['SHOP_KEY'] }, () => 'key');
    expect(new PluginDirectory({ loaded, skipped: [] }).list()).toMatchObject([
      { name: 'shop', routes: [{ path: '/plugins/shop/orders', access: 'public' }, { access: 'viewer' }] },
    ]);
  });

  it('list plugins in a way the configuration takes', () => {
    const [yaml = ''] = snippets('docs/guides/plugins.md', 'yaml');
    folder.write('commandcenter.yaml', yaml);
    expect(loadConfig({}, folder.path).plugins).toMatchObject([
      { use: 'http' },
      { use: '@acme/warehouse' },
      { use: './plugins/mine', secrets: ['WAREHOUSE_TOKEN'], onError: 'skip' },
    ]);
  });
});
