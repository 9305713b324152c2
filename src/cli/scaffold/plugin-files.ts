import { hubPackage } from './hub-packages.js';
import { pluginSources, type Wanted } from './plugin-sources.js';
import { titleOf } from './plugin-name.js';

export interface NewPlugin extends Wanted {
  readonly license: string;
  readonly sdkVersion: string;
  /** The tarball of the SDK below `vendor/`, where the plugin carries one. */
  readonly sdkFile?: string;
}

/** Every text of a new plugin, by path. */
export function pluginFiles(plugin: NewPlugin): Record<string, string> {
  return {
    'package.json': json(plugin.inRepository ? packageInside(plugin) : packageOutside(plugin)),
    'tsconfig.json': plugin.inRepository ? tsconfigInside : tsconfigOutside,
    'README.md': readme(plugin),
    ...(plugin.inRepository ? {} : { '.gitignore': 'dist/\nnode_modules/\n' }),
    ...pluginSources(plugin),
  };
}

export const packageName = ({ name, inRepository }: Wanted) =>
  inRepository ? `@commandcenter/plugin-${name}` : `commandcenter-plugin-${name}`;

/** What the hub runs beside the plugin comes from the hub: the peers. Everything else is the plugin's own. */
function common(plugin: NewPlugin) {
  const { dependencies = {} } = hubPackage();
  return {
    name: packageName(plugin),
    version: '0.1.0',
    license: plugin.license,
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    peerDependencies: { '@commandcenter/sdk': `^${plugin.sdkVersion}`, '@nestjs/common': '>=12 <13' },
    dependencies: { zod: dependencies['zod'] ?? '^4.2.0' },
  };
}

function packageInside(plugin: NewPlugin) {
  const { type, exports, ...rest } = common(plugin);
  return { ...pick(rest), type, files: ['dist', '!dist/.tsbuildinfo'], exports, ...needs(rest) };
}

function packageOutside(plugin: NewPlugin) {
  const { type, exports, ...rest } = common(plugin);
  const { dependencies = {}, devDependencies = {} } = hubPackage();
  return {
    ...pick(rest),
    type,
    engines: { node: '>=22.18' },
    files: ['dist', '!dist/**/*.test.*'],
    exports,
    scripts: { build: 'tsc', test: 'tsc && node --test "dist/**/*.test.js"' },
    ...needs(rest),
    devDependencies: {
      '@commandcenter/sdk': `file:vendor/${plugin.sdkFile}`,
      '@nestjs/core': dependencies['@nestjs/core'] ?? '^12.0.0',
      '@types/node': devDependencies['@types/node'] ?? '^24.0.0',
      typescript: devDependencies['typescript'] ?? '~6.0.0',
    },
  };
}

type Common = Omit<ReturnType<typeof common>, 'type' | 'exports'>;
const pick = ({ name, version, license }: Common) => ({ name, version, license });
const needs = ({ peerDependencies, dependencies }: Common) => ({ peerDependencies, dependencies });

/** Without the two about decorators Nest cannot see what a constructor asks for. */
const tsconfigOutside = json({
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    declaration: true,
    sourceMap: true,
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
});

const tsconfigInside = `{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "rootDir": "src", "outDir": "dist", "tsBuildInfoFile": "dist/.tsbuildinfo" },
  "include": ["src/**/*.ts"],
  "exclude": ["src/**/*.spec.ts"],
  "references": [{ "path": "../../sdk" }]
}
`;

const readme = ({ name, inRepository }: NewPlugin) => `# ${titleOf(name)}

A plugin of CommandCenter.

- \`${name}.greet\`: takes \`name\`, answers \`text\`. Option \`greeting\` (default \`Hello\`).

\`\`\`yaml
plugins:
  - use: ${inRepository ? name : `./${name}`}
    options: { greeting: Hi }
\`\`\`
${
  inRepository
    ? ''
    : `
\`npm test\` builds it and runs its tests; \`npm run build -- --watch\` builds it at every change, and a hub under
\`commandcenter dev\` then takes it up.
`
}`;

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
