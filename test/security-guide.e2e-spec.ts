import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadConfig } from '../src/config/index.js';
import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess, token } from './support/triggers/hub-process.js';

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '..');
const guide = readFileSync(join(repository, 'docs/guides/security.md'), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

describe('docs/guides/security.md', () => {
  const site = new PluginFolder();
  let database: { url: string; drop: () => Promise<void> };
  let hub: HubProcess;

  beforeAll(async () => {
    site.write('commandcenter.yaml', { plugins: [{ use: 'transform' }], secrets: ['GITHUB_TOKEN'] });
    mkdirSync(join(site.path, 'bin'));
    const bin = join(site.path, 'bin/commandcenter');
    writeFileSync(bin, `#!/bin/sh\nexec "${process.execPath}" "${join(repository, 'dist/cli/bin.js')}" "$@"\n`);
    chmodSync(bin, 0o755);
    database = await testDatabaseUrl();
    hub = await HubProcess.start(site.path, database.url, { COMMANDCENTER_ENCRYPTION_KEY: 'ab'.repeat(32) });
  }, 60_000);
  afterAll(async () => {
    await hub?.end();
    await database.drop();
    site.remove();
  }, 60_000);

  it('has commands that work, one after the other', async () => {
    const env = {
      PATH: [join(site.path, 'bin'), process.env['PATH']].join(delimiter),
      COMMANDCENTER_URL: hub.url,
      COMMANDCENTER_TOKEN: token,
    };
    let told = '';
    for (const block of blocks('bash')) {
      const { stdout } = await run('sh', ['-e', '-c', block], { env, cwd: site.path });
      told += stdout;
    }
    expect(blocks('bash').length).toBeGreaterThan(4);
    expect(told).toMatch(/^ada \(Ada Lovelace\) +operator, approver +sre/m);
    expect(told).toMatch(/^sre +ada +On call for the shop/m);
    expect(told).toMatch(/^GITHUB_TOKEN +store +1/m);
    expect(told).toContain('User ada is deleted');
    expect(told).toMatch(/user\.disable +ada/);
    expect(told).not.toContain('a-value-from-somewhere');
  }, 120_000);

  it('has settings that the configuration takes', () => {
    const [yaml = ''] = blocks('yaml');
    const folder = new PluginFolder();
    folder.write('commandcenter.yaml', yaml);
    expect(loadConfig({}, folder.path).audit).toEqual({ retentionMs: 365 * 86_400_000, maxEntries: 1_000_000 });
    folder.remove();
  });
});
