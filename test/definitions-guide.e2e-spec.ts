import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess, token } from './support/triggers/hub-process.js';

const repository = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(repository, 'docs/guides/definitions.md'), 'utf8');
const run = promisify(execFile);
const patience = 90_000;

describe('docs/guides/definitions.md', () => {
  let folder: PluginFolder;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  beforeAll(async () => {
    folder = new PluginFolder();
    folder.write('package.json', { type: 'module' });
    database = await testDatabaseUrl();
  });
  afterAll(async () => {
    await database.drop();
    folder.remove();
  });

  it(
    'its plugin compiles and its workflow is there; its commands do what it says, in its order',
    async () => {
      const [, plugin = ''] = /^```ts\n(.*?)^```$/ms.exec(guide)!;
      const base = JSON.parse(
        readFileSync(join(repository, 'test/fixtures/acme-plugin/tsconfig.json'), 'utf8'),
      ) as object;
      const { compilerOptions } = base as { compilerOptions: object };
      const typeRoots = [join(repository, 'node_modules/@types')];
      folder.write('index.ts', plugin);
      folder.write('tsconfig.json', {
        compilerOptions: { ...compilerOptions, rootDir: '.', typeRoots },
        include: ['*.ts'],
      });
      await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder.path]);
      folder.write('commandcenter.yaml', 'plugins: [{ use: transform }, { use: http }, { use: ./dist/index.js }]\n');
      const hub = await HubProcess.start(folder.path, database.url);
      try {
        expect((await hub.call('GET', '/workflows/shop-check')).body).toMatchObject({
          source: 'plugin',
          enabled: true,
        });
        const bin = join(repository, 'dist/cli/bin.js');
        const outputs: string[] = [];
        for (const [, language, file, text = ''] of guide.matchAll(/^```(sh|yaml)(?: (\S+))?\n(.*?)^```$/gms)) {
          if (language === 'yaml') {
            mkdirSync(dirname(join(folder.path, file!)), { recursive: true });
            writeFileSync(join(folder.path, file!), text);
            continue;
          }
          const script = `set -e\ncommandcenter() { '${process.execPath}' '${bin}' "$@"; }\n${text}`;
          const env = { PATH: process.env['PATH'], COMMANDCENTER_URL: hub.url, COMMANDCENTER_TOKEN: token };
          outputs.push((await run('sh', ['-c', script], { cwd: folder.path, env })).stdout);
        }
        const [made, changed, switched] = outputs as [string, string, string];
        expect(made).toMatch(/^--- greeting \(not on the hub\)/);
        expect(made).toMatch(/greeting +created/);
        expect(made).toMatch(/^Hello$/m);
        expect(changed).toMatch(/^- +value: Hello\n\+ +value: Good morning$/m);
        expect(changed).toMatch(/greeting +changed/);
        expect(switched).toMatch(/greeting is disabled.*no: by.*greeting is enabled/s);
      } finally {
        await hub.end();
      }
    },
    patience,
  );
});
