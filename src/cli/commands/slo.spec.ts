import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine } from '../../../test/support/cli/command-line.js';
import { TinyHub } from '../../../test/support/cli/tiny-hub.js';

let hub: TinyHub;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cc-slo-'));
  hub = await TinyHub.start();
  hub.on('GET /slos/rules', { body: 'groups: []\n', headers: { 'content-type': 'application/yaml' } });
});
afterEach(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true });
});
const generate = (out: string) => commandLine(['slo', 'generate', '--out', join(folder, out)], { url: hub.url });

it('replaces the file, and leaves nothing beside it', async () => {
  writeFileSync(join(folder, 'slo.yml'), 'old');
  expect(await generate('slo.yml')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect([readFileSync(join(folder, 'slo.yml'), 'utf8'), readdirSync(folder)]).toEqual(['groups: []\n', ['slo.yml']]);
});

it.each(['missing/slo.yml', 'file/slo.yml', 'folder'])('says with a code that %s cannot be written', async (out) => {
  writeFileSync(join(folder, 'file'), 'kept');
  mkdirSync(join(folder, 'folder'));
  expect(await generate(out)).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('[CC_FILE_NOT_WRITTEN]') as string,
  });
  expect(readdirSync(folder)).toEqual(['file', 'folder']);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('kept');
});
