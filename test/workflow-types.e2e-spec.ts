import { execFile } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PluginFolder } from './support/plugin-folder.js';

const repository = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

/** What must not compile, with its imports and actions, out of the unit test of the SDK. */
function typeTests(): string {
  const text = readFileSync(join(repository, 'sdk/src/definition/define-workflow.spec.ts'), 'utf8');
  const actions = text.slice(text.indexOf('const request'), text.indexOf('const report'));
  const tests = text.slice(text.indexOf('/** Checked by the compiler'));
  const imports = `import { z } from 'zod';\nimport { action, defineWorkflow } from '@commandcenter/sdk/definition';\n`;
  return `${imports}${actions}${tests}`;
}

describe('the types of defineWorkflow, as a plugin author gets them', () => {
  let folder: PluginFolder;
  beforeAll(() => {
    folder = new PluginFolder();
    folder.write('package.json', { type: 'module' });
    folder.write('index.ts', typeTests());
    cpSync(join(repository, 'sdk/dist'), join(folder.path, 'loose'), { recursive: true });
  });
  afterAll(() => folder.remove());

  /** The compiler's complaints: code and line. */
  async function compile(paths: Record<string, string[]> = {}): Promise<string[]> {
    const base = JSON.parse(
      readFileSync(join(repository, 'test/fixtures/acme-plugin/tsconfig.json'), 'utf8'),
    ) as object;
    const { compilerOptions } = base as { compilerOptions: object };
    const typeRoots = [join(repository, 'node_modules/@types')];
    folder.write('tsconfig.json', {
      compilerOptions: { ...compilerOptions, rootDir: '.', noEmit: true, typeRoots, paths },
      include: ['index.ts'],
    });
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', folder.path]).catch(
      (error: { stdout: string }) => error,
    );
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('refuse every line that says it must be refused', async () => {
    expect(await compile()).toEqual([]);
  });

  it('would be seen to be too loose', async () => {
    const file = join(folder.path, 'loose/definition/references.d.ts');
    const text = readFileSync(file, 'utf8');
    const loose = text.replace('export type Ref<T> = Reference<T> & Members<T>;', 'export type Ref<T> = any;');
    expect(loose).not.toBe(text);
    folder.write('loose/definition/references.d.ts', loose);
    const complaints = await compile({ '@commandcenter/sdk/definition': ['./loose/definition/index.d.ts'] });
    expect(complaints.length).toBeGreaterThanOrEqual(4);
    expect(complaints.filter((line) => !line.includes("TS2578: Unused '@ts-expect-error'"))).toEqual([]);
  });
});
