import { dirname, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { CcError } from '../../errors/index.js';
import type { Cli } from '../cli.js';
import { hubPackage, ownPlugins, readPackage, repositoryAround, sdkName, sdkOfHub } from '../scaffold/hub-packages.js';
import { packSdk } from '../scaffold/pack-sdk.js';
import { packageName, pluginFiles } from '../scaffold/plugin-files.js';
import { checkPluginName } from '../scaffold/plugin-name.js';
import { writeNewFiles } from '../scaffold/write-files.js';

interface Options {
  readonly dir?: string;
  readonly sdk?: string;
  readonly license?: string;
}

export function addPluginNew(program: Command, cli: Cli): void {
  program
    .command('plugin')
    .description('write plugins')
    .helpGroup('Plugins:')
    .helpCommand(false)
    .command('new <name>')
    .description('make a plugin that builds, tests and loads')
    .option('--dir <folder>', 'the folder of the plugin (default: one of its name, here)')
    .option('--sdk <path>', `${sdkName} as a built folder or a tarball (default: that of this hub)`)
    .option('--license <id>', 'the licence in package.json (default: UNLICENSED)')
    .action(async (name: string, { dir = name, sdk, license }: Options) => {
      checkPluginName(name, ownPlugins());
      const folder = resolve(dir);
      const repository = repositoryAround(folder);
      if (repository === undefined) await outside(cli, { name, folder, sdk, license });
      else await inside(cli, { name, folder, repository, license });
    });
}

interface Outside {
  readonly name: string;
  readonly folder: string;
  readonly sdk: string | undefined;
  readonly license: string | undefined;
}

async function outside(cli: Cli, { name, folder, sdk, license = 'UNLICENSED' }: Outside): Promise<void> {
  const from = sdk ?? sdkOfHub();
  if (from === undefined) {
    throw new CcError('CC_SDK_UNUSABLE', `This hub has no ${sdkName} beside it. Name a built folder or a tarball with --sdk`); // prettier-ignore
  }
  const packed = await packSdk(from);
  const plugin = { name, inRepository: false, license, sdkVersion: packed.version, sdkFile: packed.file };
  const files = { ...pluginFiles(plugin), [`vendor/${packed.file}`]: packed.content };
  await writeNewFiles(folder, files);
  const place = shown(folder);
  done(cli, place, files, [
    [`cd ${place} && npm install && npm test`],
    ['list it in commandcenter.yaml:', `plugins:\n  - use: ./${place.replace(/^\.\//, '')}   # from the folder of commandcenter.yaml`], // prettier-ignore
    ['use it in a step:', `uses: ${name}.greet`],
  ]);
  cli.note(`${sdkName} ${packed.version} is not published: vendor/${packed.file} is a copy, packed from ${from}`);
}

interface Inside {
  readonly name: string;
  readonly folder: string;
  readonly repository: string;
  readonly license: string | undefined;
}

/** In the hub's repository a plugin is a workspace: the SDK and all tools are there. */
async function inside(cli: Cli, { name, folder, repository, license }: Inside): Promise<void> {
  const { version = '1.0.0' } = readPackage(resolve(repository, 'sdk/package.json'));
  const owner = license ?? hubPackage().license ?? 'UNLICENSED';
  const plugin = { name, inRepository: true, license: owner, sdkVersion: version };
  const files = pluginFiles(plugin);
  await writeNewFiles(folder, files);
  const path = relative(repository, folder);
  done(cli, shown(folder), files, [
    ['add to "references" of tsconfig.json:', `{ "path": "./${path}" }`],
    ['add to "dependencies" of package.json:', `"${packageName(plugin)}": "0.1.0"`],
    [`npm install && npm test -- ${path}`],
    ['list it in commandcenter.yaml:', `plugins:\n  - use: ${name}`],
  ]);
}

type Step = readonly [what: string, text?: string];

function done(cli: Cli, place: string, files: object, steps: readonly Step[]): void {
  cli.print(`${cli.colours.green('✓')} ${place}: ${Object.keys(files).length} files. Next:\n`);
  for (const [index, [what, text]] of steps.entries()) {
    cli.print(`  ${index + 1}. ${what}${text === undefined ? '' : `\n\n${text.replace(/^/gm, '       ')}\n`}`);
  }
}

/** As short as a shell takes it. */
function shown(folder: string): string {
  const path = relative(process.cwd(), folder);
  return path.startsWith('..') && dirname(path) !== '..' ? folder : path === '' ? '.' : path;
}
