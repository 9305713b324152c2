import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** One fault per rule: the file that breaks it, and what it imports. The rule must fire on that file and on no innocent one. */
const faults: Record<string, { file: string; imports: string }> = {
  'room-errors': { file: 'src/errors/fault.ts', imports: '../config/index.js' },
  'room-config': { file: 'src/config/fault.ts', imports: '../telemetry/index.js' },
  'room-telemetry': { file: 'src/telemetry/fault.ts', imports: '../database/index.js' },
  'room-database': { file: 'src/database/fault.ts', imports: '../jobs/index.js' },
  'room-jobs': { file: 'src/jobs/fault.ts', imports: '../events/index.js' },
  'room-events': { file: 'src/events/fault.ts', imports: '../workflow/index.js' },
  'room-identity': { file: 'src/identity/fault.ts', imports: '../definitions/index.js' },
  'room-definitions': { file: 'src/definitions/fault.ts', imports: '../plugin-host/index.js' },
  'room-plugin-host': { file: 'src/plugin-host/fault.ts', imports: '../runs/index.js' },
  'room-runs': { file: 'src/runs/fault.ts', imports: '../triggers/index.js' },
  'room-approvals': { file: 'src/approvals/fault.ts', imports: '../triggers/index.js' },
  'room-triggers': { file: 'src/triggers/fault.ts', imports: '../slo/index.js' },
  'room-slo': { file: 'src/slo/fault.ts', imports: '../api/index.js' },
  'room-api': { file: 'src/api/fault.ts', imports: '../cli/index.js' },
  'room-cli': { file: 'src/cli/fault.ts', imports: '../database/index.js' },
  'room-workflow': { file: 'src/workflow/fault.ts', imports: 'node:fs' },
  'known-rooms': { file: 'src/helpers/fault.ts', imports: '../errors/index.js' },
  'front-door': { file: 'src/runs/window.ts', imports: '../errors/inside.js' },
  'front-door-of-main': { file: 'src/main.ts', imports: './errors/inside.js' },
  'sdk-stands-alone': { file: 'sdk/src/fault.ts', imports: '../../src/errors/index.js' },
  'sdk-definition-is-pure': { file: 'sdk/src/definition/fault.ts', imports: 'node:path' },
  'sdk-for-those-who-run-plugins': { file: 'src/jobs/speaker.ts', imports: '@commandcenter/sdk' },
  'plugins-stand-alone': { file: 'plugins/one/src/fault.ts', imports: '../../two/src/index.js' },
  'queue-behind-jobs': { file: 'src/runs/queue.ts', imports: 'graphile-worker' },
  'no-test-code-in-the-product': { file: 'src/api/tested.ts', imports: '../../test/support.js' },
  'no-cycles': { file: 'src/errors/cycle.ts', imports: './cycle-back.js' },
  resolvable: { file: 'src/errors/lost.ts', imports: './nowhere.js' },
  'declared-dependencies': { file: 'src/api/dev.ts', imports: 'testcontainers' },
};

const rooms = ['errors', 'config', 'telemetry', 'database', 'jobs', 'events', 'identity', 'definitions', 'plugin-host'];
const innocents = [
  ...[...rooms, 'runs', 'approvals', 'triggers', 'slo', 'api', 'cli', 'workflow'].map((room) => `src/${room}/index.ts`),
  'src/errors/inside.ts',
  'sdk/src/index.ts',
  'plugins/two/src/index.ts',
  'test/support.ts',
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
  /** A cycle is reported once, from any of its files. */
  readonly cycle?: readonly { readonly name: string }[];
}

describe('the arrows between rooms', () => {
  let folder: string;
  let violations: readonly Violation[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cc-arrows-'));
    const write = (file: string, text: string) => {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    };
    for (const file of innocents) write(file, 'export interface Fine { n: number }\n');
    // A type import on purpose: types are arrows, too.
    for (const { file, imports } of Object.values(faults))
      write(file, `import type { Fine } from '${imports}';\nexport type { Fine };\n`);
    write('src/errors/cycle-back.ts', "import type { Fine } from './cycle.js';\nexport type { Fine };\n");
    write(
      'src/workflow/allowed.ts',
      "import type { Fine } from '../errors/index.js';\nimport 'yaml';\nexport type { Fine };\n",
    );
    write('src/triggers/allowed.ts', "import type { Fine } from '../workflow/index.js';\nexport type { Fine };\n");
    write('src/api/allowed.spec.ts', "import type { Fine } from '../../test/support.js';\nexport type { Fine };\n");
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.test.json', 'tsconfig.base.json', 'package.json']) {
      copyFileSync(join(root, file), join(folder, file));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    violations = cruise(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.entries(faults))('%s fires on a planted fault', (rule, { file }) => {
    const about = (violation: Violation) =>
      violation.from === file || violation.cycle?.some(({ name }) => name === file);
    expect(violations.filter(about).map((violation) => violation.rule.name)).toContain(rule);
  });

  it('leaves innocent files alone', () => {
    const guilty = new Set([...Object.values(faults).map(({ file }) => file), 'src/errors/cycle-back.ts']);
    expect(violations.filter((violation) => !guilty.has(violation.from))).toEqual([]);
  });

  it('has a fault for every rule', async () => {
    const { default: config } = (await import(pathToFileURL(join(root, '.dependency-cruiser.mjs')).href)) as {
      default: { forbidden: { name: string }[] };
    };
    expect(Object.keys(faults).sort()).toEqual(config.forbidden.map((rule) => rule.name).sort());
  });
});

function cruise(folder: string): Violation[] {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = [
    program,
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'src',
    'sdk/src',
    'plugins',
    'test',
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 });
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}
