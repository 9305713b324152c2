import { join } from 'node:path';
import { scenarios, testFiles } from '../observability/prometheus/rules-src/cases.js';
import { alerts, files } from '../observability/prometheus/rules-src/rules.js';
import { root } from './support/stack/compose.js';
import { programOf, run } from './support/stack/program.js';

const promtool = programOf('promtool');
const paths = (names: Iterable<string>) => [...names].map((name) => join(root, 'observability/prometheus', name));
const cases = Object.values(scenarios).flat().flatMap(({ checks }) => checks).length; // prettier-ignore

function tried(title: string, test: (program: string) => void): void {
  if (promtool === undefined) it.skip(`${title} (promtool is not on the PATH)`, () => undefined);
  else it(title, () => test(promtool), 600_000); // days of an error budget take a slow machine minutes
}

describe('promtool', () => {
  tried('takes the rules', (program) => {
    const { code, said } = run(program, ['check', 'rules', '--lint=all', '--lint-fatal', ...paths(files.keys())]);
    expect([code, said]).toEqual([0, expect.not.stringContaining('FAILED')]);
  });

  tried(`finds ${alerts.length} alerts to do what ${cases} cases say`, (program) => {
    const { code, said } = run(program, ['test', 'rules', ...paths(testFiles.keys())]);
    expect([code, said]).toEqual([0, expect.not.stringContaining('FAILED')]);
  });
});
