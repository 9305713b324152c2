// npm run crash:long -- --kills 200 --seed 7 --of steps: the random kills of test/kills-steps.e2e-spec.ts (every kind of step) and
// test/kills.e2e-spec.ts (many steps), at length. `--of steps` or `--of many`: one of them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { kills, seed, of } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: '2026' },
    of: { type: 'string', default: '' },
  },
}).values;
const tests = { steps: ['test/kills-steps.e2e-spec.ts'], many: ['test/kills.e2e-spec.ts'] };
const chosen = tests[of] ?? Object.values(tests).flat();
const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', 'e2e', '--runTestsByPath', '-i', ...chosen];
const env = { ...process.env, CC_CRASH_KILLS: kills, CC_CRASH_SEED: seed };
const { status } = spawnSync(process.execPath, jest, { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
