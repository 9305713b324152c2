import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the linter must refuse, by file, rule and code. */
const faults: [file: string, rule: string, code: string][] = [
  ['src/runs/planted.ts', 'no-restricted-syntax', 'export const home = process.env.HOME;'],
  ['plugins/http/src/planted.ts', 'no-restricted-syntax', "export const home = process.env['HOME'];"],
  ['src/runs/planted.ts', 'no-restricted-syntax', 'process.exit(1);'],
  [
    'src/runs/planted.ts',
    'no-restricted-syntax',
    "import { forwardRef } from '@nestjs/common'; export { forwardRef as f };",
  ],
  [
    'src/runs/planted.ts',
    'no-restricted-syntax',
    "import { Global } from '@nestjs/common'; @Global() export class M {}",
  ],
  ['src/runs/planted.ts', 'no-console', "console.log('here');"],
  ['src/runs/planted.ts', 'max-lines', 'export {};\n'.repeat(401)],
  ['src/workflow/planted.ts', 'no-restricted-syntax', 'export const now = Date.now();'],
  ['src/workflow/planted.ts', 'no-restricted-syntax', 'export const now = new Date();'],
  ['src/workflow/planted.ts', 'no-restricted-properties', 'export const chance = Math.random();'],
  ['src/workflow/planted.ts', 'no-restricted-globals', 'export const t = performance.now();'],
  ['src/workflow/planted.ts', 'no-restricted-globals', 'setTimeout(() => undefined, 1);'],
  ['src/workflow/planted.ts', 'no-restricted-globals', 'export const p = process.pid;'],
  ['src/workflow/planted.ts', 'no-restricted-globals', 'export const id = crypto.randomUUID();'],
  ['src/workflow/planted.ts', 'no-restricted-globals', "export const page = fetch('http://x');"],
  [
    'src/workflow/planted.ts',
    'no-restricted-imports',
    "import { readFileSync } from 'node:fs'; export { readFileSync };",
  ],
  ['src/workflow/planted.ts', 'no-restricted-syntax', "export const late = import('node:fs');"],
];
const fine: [file: string, code: string][] = [
  ['src/config/planted.ts', 'export const home = process.env.HOME;'],
  ['src/workflow/planted.ts', 'export const then = new Date(0).toISOString();'],
  ['src/workflow/planted.spec.ts', 'export const now = Date.now();'],
];

// Planted code is in no tsconfig, so the rules that need types are left out; the bans do not.
const script = `
  import { ESLint } from 'eslint';
  import tseslint from 'typescript-eslint';
  const eslint = new ESLint({ cwd: ${JSON.stringify(root)}, overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const answers = [];
  for (const [filePath, code] of JSON.parse(input)) {
    const [result] = await eslint.lintText(code, { filePath });
    answers.push(result.messages.map((message) => message.ruleId ?? message.message));
  }
  console.log(JSON.stringify(answers));
`;

describe('the bans of the linter', () => {
  let answers: string[][];
  beforeAll(() => {
    const input = JSON.stringify([...faults.map(([file, , code]) => [file, code]), ...fine]);
    const args = ['--input-type=module', '--eval', script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: join(root), input, encoding: 'utf8' });
    if (stdout === '') throw new Error(stderr);
    answers = JSON.parse(stdout) as string[][];
  });

  it.each(faults.map((fault, index) => [...fault, index] as const))(
    '%s: %s refuses %s',
    (_file, rule, _code, index) => {
      expect(answers[index]).toContain(rule);
    },
  );

  it.each(fine.map((code, index) => [...code, index] as const))('%s may say %s', (_file, _code, index) => {
    expect(answers[faults.length + index]).toEqual([]);
  });
});
