import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { PluginFolder } from '../../test/support/plugin-folder.js';
import { resolvePlugin } from './resolve-plugin.js';

describe('use: of a plugin', () => {
  let folder: PluginFolder;
  beforeEach(() => (folder = new PluginFolder()));
  afterEach(() => folder.remove());

  const resolved = (use: string) => resolvePlugin(use, folder.path);
  const url = (path: string) => pathToFileURL(join(folder.path, path)).href;
  const pack = (name: string, manifest: object, entry = 'main.js') => {
    folder.write(`node_modules/${name}/package.json`, { name, ...manifest });
    folder.write(`node_modules/${name}/${entry}`, '');
  };

  it('may be a path to a file', () => {
    const use = folder.write('mine/plugin.mjs', '');
    expect(resolved(use)).toBe(url('mine/plugin.mjs'));
    expect(resolved(join(folder.path, use))).toBe(url('mine/plugin.mjs'));
  });

  it.each([
    ['exports as a text', { exports: './main.js' }],
    ['exports by subpath', { exports: { '.': './main.js', './package.json': './package.json' } }],
    ['exports for import alone', { exports: { '.': { types: './x.d.ts', import: './main.js', require: './x.cjs' } } }],
    ['exports by nested conditions', { exports: { node: { require: './x.cjs', default: './main.js' } } }],
    ['main', { main: 'main.js' }],
  ])('may be a package or a folder with %s', (_, manifest) => {
    pack('acme-plugin', manifest);
    expect(resolved('acme-plugin')).toBe(url('node_modules/acme-plugin/main.js'));
    expect(resolved('./node_modules/acme-plugin')).toBe(url('node_modules/acme-plugin/main.js'));
  });

  it('may be a scoped package, found in a folder above', () => {
    pack('@acme/plugin', {}, 'index.js');
    folder.write('deep/down/commandcenter.yaml', '');
    const from = join(folder.path, 'deep/down');
    expect(resolvePlugin('@acme/plugin', from)).toBe(url('node_modules/@acme/plugin/index.js'));
  });

  it('as a bare word means @commandcenter/plugin-<word>, which comes with the hub', () => {
    pack('transform', { main: 'main.js' });
    expect(resolved('transform')).toContain('plugin-transform/dist/index.js');
  });

  it.each(['nothing-of-that-name', '@acme/absent', './absent.mjs', './node_modules'])('%s is not found', (use) => {
    expect(() => resolved(use)).toThrow(expect.objectContaining({ code: 'CC_PLUGIN_NOT_FOUND' }));
    expect(() => resolved(use)).toThrow(`Plugin "${use}" cannot be found from ${folder.path}`);
  });

  it('says which package.json is broken', () => {
    folder.write('node_modules/broken/package.json', '{');
    folder.write('node_modules/broken/index.js', '');
    expect(() => resolved('broken')).toThrow('broken/package.json is not JSON');
  });
});
