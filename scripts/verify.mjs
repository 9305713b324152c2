// npm run verify: format, lint, types, arrows, dead code. Every check runs, so that one start lists everything.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = prepare();

const arrows = ['dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.mjs'];
const checks = [
  { name: 'lint', run: ['eslint/bin/eslint.js', '.'] },
  { name: 'types', run: ['typescript/bin/tsc', '-p', 'tsconfig.test.json'] },
  { name: 'format', run: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'arrows', run: [...arrows, 'src', 'sdk/src', 'plugins', 'test'] },
  { name: 'dead code', run: ['knip/bin/knip.js'] },
];

function check({ name, run: [script, ...args] }) {
  const started = Date.now();
  const child = spawn(node, [join(root, 'node_modules', script), ...args], { cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
      if (code !== 0) console.log(output.replaceAll(/^/gm, '    '));
      resolve({ name, ok: code === 0 });
    });
  });
}

const waiting = [...checks];
const results = [];
async function worker() {
  for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await check(next));
}
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker));

const failed = results.filter((result) => !result.ok).map((result) => result.name);
console.log(
  failed.length === 0 ? `verify: all ${checks.length} checks passed` : `verify: failed: ${failed.join(', ')}`,
);
process.exit(failed.length === 0 ? 0 : 1);
