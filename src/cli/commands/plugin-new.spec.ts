import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine } from '../../../test/support/cli/command-line.js';

let folder: string;
beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'cc-plugin-new-')))));
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]) => join(folder, ...parts);
const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
const json = (...parts: string[]) => JSON.parse(text(...parts)) as any;

/** A built SDK in miniature: what npm packs is not looked into. */
function sdk(name = '@commandcenter/sdk'): string {
  mkdirSync(at('sdk', 'dist'), { recursive: true });
  writeFileSync(at('sdk', 'package.json'), JSON.stringify({ name, version: '1.4.2', files: ['dist'] }));
  writeFileSync(at('sdk', 'dist', 'index.js'), '');
  return at('sdk');
}
const make = (name: string, ...rest: string[]) =>
  commandLine(['plugin', 'new', name, '--dir', at('made'), '--sdk', at('sdk'), ...rest]);

describe('plugin new', () => {
  it('makes a package with the SDK in it, and says what comes next', async () => {
    sdk();
    const { code, stdout, stderr } = await make('acme-greeter', '--license', 'MIT');
    expect(stderr).toContain(`vendor/commandcenter-sdk-1.4.2.tgz is a copy, packed from ${at('sdk')}`);
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 0, first: `✓ ${at('made')}: 8 files. Next:` });
    expect(stdout).toContain('uses: acme-greeter.greet');
    expect((readdirSync(at('made'), { recursive: true }) as string[]).sort()).toEqual([
      '.gitignore',
      'README.md',
      'package.json',
      'src',
      'src/acme-greeter-agent.ts',
      'src/acme-greeter.test.ts',
      'src/index.ts',
      'tsconfig.json',
      'vendor',
      'vendor/commandcenter-sdk-1.4.2.tgz',
    ]);
    expect(json('made', 'package.json')).toMatchObject({
      name: 'commandcenter-plugin-acme-greeter',
      license: 'MIT',
      type: 'module',
      peerDependencies: { '@commandcenter/sdk': '^1.4.2', '@nestjs/common': '>=12 <13' },
      devDependencies: { '@commandcenter/sdk': 'file:vendor/commandcenter-sdk-1.4.2.tgz' },
    });
    expect(text('made', 'src', 'acme-greeter-agent.ts')).toContain(
      "@Agent({ id: 'acme-greeter', title: 'Acme greeter' })",
    );
  });

  it('takes a tarball too', async () => {
    sdk();
    await make('greeter');
    const tarball = at('made', 'vendor', 'commandcenter-sdk-1.4.2.tgz');
    const { code } = await commandLine(['plugin', 'new', 'other', '--dir', at('other'), '--sdk', tarball]);
    expect(code).toBe(0);
    expect(readFileSync(at('other', 'vendor', 'commandcenter-sdk-1.4.2.tgz'))).toEqual(readFileSync(tarball));
  });

  it('makes a workspace in the repository of a hub, with what is there', async () => {
    mkdirSync(at('plugins'));
    mkdirSync(at('sdk'));
    writeFileSync(at('package.json'), JSON.stringify({ name: 'commandcenter', workspaces: ['sdk', 'plugins/*'] }));
    writeFileSync(at('sdk', 'package.json'), JSON.stringify({ version: '1.4.2' }));
    const { code, stdout } = await commandLine(['plugin', 'new', 'greeter', '--dir', at('plugins', 'greeter')]);
    expect(code).toBe(0);
    expect(stdout).toContain('{ "path": "./plugins/greeter" }');
    expect(stdout).toContain('npm test -- plugins/greeter');
    expect(json('plugins', 'greeter', 'package.json')).toEqual({
      name: '@commandcenter/plugin-greeter',
      version: '0.1.0',
      license: 'Apache-2.0',
      type: 'module',
      files: ['dist', '!dist/.tsbuildinfo'],
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      peerDependencies: { '@commandcenter/sdk': '^1.4.2', '@nestjs/common': '>=12 <13' },
      dependencies: { zod: expect.stringMatching(/^\^4/) },
    });
    expect(text('plugins', 'greeter', 'src', 'greeter.spec.ts')).not.toContain('node:test');
    expect(existsSync(at('plugins', 'greeter', 'vendor'))).toBe(false);
  });

  it('writes into a folder that is there, but over no file: then it writes none', async () => {
    sdk();
    mkdirSync(at('made', 'src'), { recursive: true });
    writeFileSync(at('made', 'LICENSE'), 'mine');
    expect(await make('greeter')).toMatchObject({ code: 0 });
    rmSync(at('made', 'package.json'));
    writeFileSync(at('made', 'README.md'), 'mine');
    const again = await make('greeter');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/has .*README\.md.* already, and nothing is overwritten.*\[CC_FILE_NOT_WRITTEN\]/);
    expect(existsSync(at('made', 'package.json'))).toBe(false);
    expect(text('made', 'README.md')).toBe('mine');
  });

  it('says that a folder cannot be written', async () => {
    sdk();
    writeFileSync(at('made'), 'a file');
    expect(await make('greeter')).toMatchObject({ code: 1, stderr: expect.stringContaining('[CC_FILE_NOT_WRITTEN]') });
  });

  it.each(['Greeter', '9lives', 'a--b', 'a-', '../up', 'a b', '@acme/greeter', '', 'x'.repeat(51)])(
    'refuses %j as a name',
    async (name) => {
      const { code, stderr } = await make(name);
      expect(code).toBe(2);
      expect(stderr).toMatch(/is not a name for a plugin: .*\[CC_USAGE\]/);
    },
  );

  it('refuses the name of a plugin of the hub', async () => {
    expect(await make('http')).toMatchObject({ code: 2, stderr: expect.stringContaining('comes with the hub') });
  });

  it.each<[string, () => void, string]>([
    ['is not there', () => undefined, 'there is no such folder or file'],
    ['is not built', () => mkdirSync(at('sdk')), 'it is not built'],
    ['is another package', () => sdk('left-pad'), 'it is left-pad'],
    ['is no package', () => writeFileSync(at('sdk'), 'text'), 'npm cannot pack it'],
  ])('refuses an SDK that %s, and writes nothing', async (_, prepare, why) => {
    prepare();
    const { code, stderr } = await make('greeter');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(why) });
    expect(stderr).toContain('[CC_SDK_UNUSABLE]');
    expect(existsSync(at('made'))).toBe(false);
  });
});
