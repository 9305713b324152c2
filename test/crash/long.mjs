// npm run crash:long -- --kills 200 --seed 7: the random kills of test/kills.e2e-spec.ts, at length.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { kills, seed } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '2026' } },
}).values;
const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', 'e2e', '--runTestsByPath', 'test/kills.e2e-spec.ts'];
const env = { ...process.env, CC_CRASH_KILLS: kills, CC_CRASH_SEED: seed };
const { status } = spawnSync(process.execPath, jest, { cwd: root, env, stdio: 'inherit' });
process.exit(status ?? 1);
