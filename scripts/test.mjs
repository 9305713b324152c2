// npm test: everything that can run here, then one line that counts. Arguments go to jest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = prepare();
const folder = mkdtempSync(join(tmpdir(), 'cc-results-'));
const results = join(folder, 'results.json');
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = [
  join(root, 'node_modules/jest/bin/jest.js'),
  '--json',
  `--outputFile=${results}`,
  ...process.argv.slice(2),
];

// stdout carries the JSON a second time; the report for people is on stderr.
const { status } = spawnSync(node, [...flags, ...jest], { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] });
let report;
try {
  report = JSON.parse(readFileSync(results, 'utf8'));
} catch {
  console.error('jest ended without a report.');
  process.exit(status || 1);
} finally {
  rmSync(folder, { recursive: true });
}

// A suite that does not even load has no assertions: it counts as one failure.
const broken = report.testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
const tests = report.testResults.flatMap((suite) => suite.assertionResults);
const skipped = tests.filter((test) => test.status === 'pending' || test.status === 'todo');
const passed = tests.filter((test) => test.status === 'passed').length;
const failed = tests.filter((test) => test.status === 'failed').length + broken.length;
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exit(status || (failed > 0 ? 1 : 0));
