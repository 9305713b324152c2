import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CheckedHub } from './support/api/checked-hub.js';
import { clientProgram } from './support/api/client-program.js';
import { SlowServer } from './support/process/slow-server.js';

const modules = resolve(import.meta.dirname, '../node_modules');
const run = promisify(execFile);
const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitReturns: true,
  target: 'es2023',
  module: 'nodenext',
  lib: ['es2023', 'dom', 'dom.iterable'],
  types: [],
  outDir: 'out',
};

/** What somebody gets wrong: one place of the program, each in a file of its own. */
const slips: Readonly<Record<string, readonly [right: string, wrong: string]>> = {
  'a route that is not there': ["hub.GET('/api/v1/runs', {", "hub.GET('/api/v1/rums', {"],
  'a status that no run has': ["run.status === 'succeeded'", "run.status === 'done'"],
  'a field that a step has not': ['step.attempt]', 'step.attempts]'],
  'a parameter of another type': ['limit: 5', "limit: 'five'"],
};
const fileOf = (slip: string) => `${slip.replaceAll(' ', '-')}.ts`;
const programs = {
  'drive.ts': clientProgram,
  ...Object.fromEntries(
    Object.entries(slips).map(([slip, [right, wrong]]) => [fileOf(slip), clientProgram.replace(right, wrong)]),
  ),
};

/** As somebody else would: with the document the hub gives, a generator and a compiler, and nothing of ours. */
describe('a TypeScript client made from the OpenAPI document', () => {
  let checked: CheckedHub;
  let world: SlowServer;
  let folder: string;
  let complaints: string[];
  beforeAll(async () => {
    checked = await CheckedHub.start();
    world = await SlowServer.listen();
    folder = await mkdtemp(join(tmpdir(), 'cc-client-'));
    await symlink(modules, join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: strict, files: Object.keys(programs) }),
    );
    for (const [file, program] of Object.entries(programs)) await writeFile(join(folder, file), program);
    const document = await checked.hub.call('/api/openapi.json');
    await writeFile(join(folder, 'openapi.json'), JSON.stringify(document.body));
    const generator = join(modules, 'openapi-typescript/bin/cli.js');
    await run(process.execPath, [generator, 'openapi.json', '-o', 'hub.ts'], { cwd: folder });
    const compiler = join(modules, 'typescript/bin/tsc');
    const output = await run(process.execPath, [compiler, '-p', 'tsconfig.json'], { cwd: folder }).catch(
      (failed: { stdout: string }) => failed,
    );
    complaints = output.stdout.split('\n').filter((line) => line.includes('error TS'));
  }, 120_000);
  afterAll(async () => {
    await checked.close();
    await world.close();
    await rm(folder, { recursive: true });
  });

  it('compiles', () => {
    expect(complaints.filter((line) => line.startsWith('drive.ts'))).toEqual([]);
  });

  it('drives a run: start, follow, read, cancel', async () => {
    const token = await checked.hub.token('operator');
    const answering = world.arrival().then(() => world.answerAll());
    const { stdout } = await run(process.execPath, ['out/drive.js', checked.hub.url, token, world.url], {
      cwd: folder,
    });
    await answering;
    expect(JSON.parse(stdout)).toEqual({
      started: 'running',
      again: true,
      followed: ['RunCreated', 'RunStarted', 'StepStarted', 'StepSucceeded', 'RunSucceeded', 'end'],
      run: { status: 'succeeded', steps: ['ask succeeded 1'], error: null },
      listed: true,
      cancelled: 202,
      ended: { status: 'cancelled', code: 'CC_RUN_CANCELLED' },
      refused: { status: 404, code: 'CC_WORKFLOW_NOT_FOUND' },
      invalid: ['body.inputs'],
    });
  });

  it.each(Object.keys(slips))('does not compile with %s', (slip) => {
    const file = fileOf(slip);
    expect(complaints.filter((line) => line.startsWith(file)).length).toBeGreaterThan(0);
  });

  it('knows the type of everything but what is other people’s, and says of that what it is', async () => {
    const text = await readFile(join(folder, 'hub.ts'), 'utf8');
    expect(text).toContain('status: components["schemas"]["RunStatus"]');
    expect(untyped(checked.document)).toEqual([]);
  });
});

/** Schemas that say neither what they are nor what they are for. */
function untyped(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const found = Object.entries(value).flatMap(([key, child]) => {
    const at = `${path}/${key}`;
    const holds = /\/(schema|items)$/.test(at) || /\/properties\/[^/]+$/.test(at);
    return [...(holds && !says(child) ? [at] : []), ...(key === 'examples' ? [] : untyped(child, at))];
  });
  return found;
}

const words = ['type', '$ref', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', 'description'];
function says(schema: unknown): boolean {
  return typeof schema !== 'object' || schema === null || words.some((word) => word in schema);
}
