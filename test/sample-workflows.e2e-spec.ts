import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workflowJsonSchema } from '@commandcenter/sdk/definition';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { loadConfig, secretFromEnvironment } from '../src/config/index.js';
import { loadPlugins } from '../src/plugin-host/load-plugins.js';
import { PluginCatalogue } from '../src/plugin-host/plugin-catalogue.js';
import { validateWorkflow } from '../src/workflow/index.js';

const root = join(import.meta.dirname, '..');
const files = readdirSync(join(root, 'workflows'));
const editor = new Ajv2020({ strict: false }).compile(workflowJsonSchema);

it('the example of the guide is right', () => {
  const guide = readFileSync(join(root, 'docs', 'guides', 'workflow-files.md'), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  expect(validateWorkflow(example).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([]);
});

describe('the sample workflows', () => {
  it('are a dozen or more, one of them hello', () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
    expect(files).toContain('hello.yaml');
  });

  it.each(files)('%s is right for the hub, with the plugins of commandcenter.yaml, and for editors', async (file) => {
    const config = loadConfig({}, root);
    const catalogue = new PluginCatalogue(await loadPlugins(config, secretFromEnvironment({})));
    const text = readFileSync(join(root, 'workflows', file), 'utf8');
    expect(validateWorkflow(text, { file, catalogue, secrets: config.secrets }).problems).toEqual([]);
    expect(text).toMatch(/^# yaml-language-server: \$schema=http:\/\/127\.0\.0\.1:3000\/schemas\/workflow\.json\n/);
    editor(parse(text));
    expect(editor.errors).toBeNull();
  });
});
