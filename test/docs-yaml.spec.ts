import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { loadConfig } from '../src/config/index.js';
import { validateWorkflow } from '../src/workflow/index.js';
import { PluginFolder } from './support/plugin-folder.js';

const root = resolve(import.meta.dirname, '..');
const pages = globSync(['README.md', 'docs/**/*.md', 'plugins/*/README.md', 'sdk/README.md'], { cwd: root });
const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```yaml[^\n]*\n(.*?)^```$/gms)].map(
    ([, text = ''], n) => [page, n + 1, text] as const,
  ),
);

/** Of a workflow: at least one of these stands in every piece of one that a page shows. */
const parts = ['steps', 'on', 'slo', 'concurrency', 'retention', 'cost', 'finally', 'input'];
const settings = ['plugins', 'secrets', 'engine', 'audit', 'server', 'workflows', 'prometheus', 'telemetry'];
/** Kubernetes, Compose, Alertmanager: the files of others. */
const foreign = ['apiVersion', 'services', 'receivers', 'route', 'groups'];

it.each(blocks)('%s, block %d of YAML, is right', (page, _, text) => {
  const keys = Object.keys(parse(text, { logLevel: 'error' }) as object);
  if (keys.some((key) => foreign.includes(key))) return;
  if (keys.some((key) => parts.includes(key))) {
    const whole = [
      keys.includes('id') ? '' : 'id: piece\n',
      text,
      keys.includes('steps') ? '' : 'steps: { one: { uses: a.b } }\n',
    ];
    expect(validateWorkflow(whole.join('')).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
    return;
  }
  expect([page, keys.filter((key) => !settings.includes(key))]).toEqual([page, []]);
  const folder = new PluginFolder();
  folder.write('commandcenter.yaml', text);
  try {
    expect(() => loadConfig({}, folder.path)).not.toThrow();
  } finally {
    folder.remove();
  }
});

it('there are pages with workflows', () => {
  expect(blocks.filter(([, , text]) => /^id: /m.test(text)).length).toBeGreaterThan(9);
});
