import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratchServer } from './open-embedded.js';

it('does not follow a link that the account of the database put in place of its log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cc-log-link-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  const precious = join(folder, 'precious');
  mkdirSync(home);
  writeFileSync(precious, 'mine', { mode: 0o600 });
  symlinkSync(precious, join(home, 'postgres.log'));
  const { uid } = statSync(precious);
  await expect(openScratchServer(home)).rejects.toMatchObject({ code: 'ELOOP' });
  expect(readFileSync(precious, 'utf8')).toBe('mine');
  expect(statSync(precious).uid).toBe(uid);
  rmSync(folder, { recursive: true });
}, 60_000);
