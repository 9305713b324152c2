import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeKey, encryptionKeysOf } from './encryption-keys.js';

const hex = 'ab'.repeat(32);
const base64 = Buffer.alloc(32, 7).toString('base64');

describe('the keys of the environment', () => {
  const of = (key: string) => encryptionKeysOf({ COMMANDCENTER_ENCRYPTION_KEY: key });

  it('are one or several, as hex or base64, padded or not, also for URLs', () => {
    expect(of(hex).keys.map(decodeKey)).toEqual([Buffer.alloc(32, 0xab)]);
    expect(of(` ${base64}, ${hex} ,`)).toEqual({ keys: [base64, hex], problems: [] });
    expect(decodeKey(base64.replace('=', ''))).toEqual(Buffer.alloc(32, 7));
    expect(decodeKey(Buffer.alloc(32, 0xff).toString('base64url'))).toEqual(Buffer.alloc(32, 0xff));
    expect(encryptionKeysOf({})).toEqual({ keys: [], problems: [] });
  });

  it.each(['short', hex.slice(2), `${base64}x`, `${hex},${hex}0`])('%s is refused and not quoted', (key) => {
    const { keys, problems } = of(key);
    expect(keys).toEqual([]);
    expect(problems).toMatchObject([{ path: 'COMMANDCENTER_ENCRYPTION_KEY' }]);
    expect(problems[0]!.message).toContain('openssl rand -base64 32');
    expect(problems[0]!.message).not.toContain(key);
  });

  it('may come from a file, which must be there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cc-key-'));
    const file = join(folder, 'key');
    writeFileSync(file, `${base64}\n`);
    expect(encryptionKeysOf({ COMMANDCENTER_ENCRYPTION_KEY_FILE: file }).keys).toEqual([base64]);
    rmSync(folder, { recursive: true });
    expect(encryptionKeysOf({ COMMANDCENTER_ENCRYPTION_KEY_FILE: file }).problems).toMatchObject([
      { path: 'COMMANDCENTER_ENCRYPTION_KEY_FILE' },
    ]);
  });
});
