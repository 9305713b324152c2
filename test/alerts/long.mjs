// npm run e2e:alerts [-- --rounds 10 --outage 600 --limited 60 --groups 100 --shots FOLDER]
// test/alerts.e2e-spec.ts at length, with its figures. Needs Prometheus 3 and Alertmanager on the PATH: scripts/ci-tools.sh
// brings them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    outage: { type: 'string', default: '600' },
    limited: { type: 'string', default: '60' },
    groups: { type: 'string', default: '100' },
    shots: { type: 'string' },
  },
});
const tools = spawnSync('bash', ['scripts/ci-tools.sh'], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
const folder = mkdtempSync(join(tmpdir(), 'cc-alerts-'));
const figures = join(folder, 'figures.json');
const env = {
  ...process.env,
  PATH: [tools.stdout.trim(), process.env.PATH].filter(Boolean).join(':'),
  CC_ALERTS_ROUNDS: values.rounds,
  CC_ALERTS_OUTAGE_SECONDS: values.outage,
  CC_ALERTS_LIMITED_SECONDS: values.limited,
  CC_ALERTS_GROUPS: values.groups,
  CC_ALERTS_FIGURES: figures,
};
if (values.shots) {
  mkdirSync(values.shots, { recursive: true });
  env.COMMANDCENTER_SCREENSHOTS = resolve(values.shots);
}
const jest = [
  'node_modules/jest/bin/jest.js',
  '--selectProjects',
  'e2e',
  '--runTestsByPath',
  'test/alerts.e2e-spec.ts',
];
const { status } = spawnSync(process.execPath, jest, { cwd: root, env, stdio: 'inherit' });
try {
  for (const [name, value] of Object.entries(JSON.parse(readFileSync(figures, 'utf8')))) {
    process.stdout.write(`${name.padEnd(78)} ${typeof value === 'object' ? JSON.stringify(value) : value}\n`);
  }
} catch {
  process.stdout.write('no figures: the tests were skipped, or ended before\n');
}
rmSync(folder, { recursive: true });
process.exit(status ?? 1);
