/**
 * `npm run rules`: writes rules/*.yml, which Prometheus reads, and tests/*.yml, which promtool runs over them.
 * `npm run rules -- --check`: says how many there are, and has promtool try them.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scenarios, testFiles } from './cases.ts';
import { alerts, files, groups } from './rules.ts';

const folder = resolve(import.meta.dirname, '..');

if (process.argv.includes('--check')) {
  const rules = Object.values(groups).flat().flatMap(({ rules }) => rules).length; // prettier-ignore
  const checks = Object.values(scenarios)
    .flat()
    .flatMap(({ checks }) => checks);
  const kinds = Object.entries(Object.groupBy(checks, ({ kind }) => kind)).map(
    ([kind, all]) => `${all.length} ${kind}`,
  );
  process.stdout.write(`${alerts.length} alerts, ${rules - alerts.length} recorded series, ${checks.length} cases: ${kinds.join(', ')}\n`); // prettier-ignore
  for (const args of [
    ['check', 'rules', ...files.keys()],
    ['test', 'rules', ...testFiles.keys()],
  ]) {
    const { error, status } = spawnSync('promtool', args, { cwd: folder, stdio: 'inherit' });
    if (error) throw new Error('promtool is not on the PATH; scripts/ci-tools.sh brings it', { cause: error });
    if (status !== 0) process.exitCode = 1;
  }
} else {
  for (const [name, text] of [...files, ...testFiles]) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
    process.stdout.write(`${join(folder, name)}\n`);
  }
}
