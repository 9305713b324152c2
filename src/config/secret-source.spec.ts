import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretFromEnvironment } from './secret-source.js';

describe('secretFromEnvironment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cc-secret-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('prefers the variable, then the file it names, without the last newline only', () => {
    const file = join(folder, 'key');
    writeFileSync(file, 'from a file\n\n');
    const read = secretFromEnvironment({ A: 'from the environment', A_FILE: file, B_FILE: file });
    expect(read('A')).toBe('from the environment');
    expect(read('B')).toBe('from a file\n');
  });

  it('sees a rotated file', () => {
    const file = join(folder, 'rotated');
    const read = secretFromEnvironment({ C_FILE: file });
    expect(read('C')).toBeUndefined();
    writeFileSync(file, 'new');
    expect(read('C')).toBe('new');
  });

  it('takes no value beyond 256 KiB, and says which variable gives it', () => {
    const file = join(folder, 'bundle.pem');
    const read = secretFromEnvironment({ D_FILE: file, E: 'x'.repeat(262_145) });
    writeFileSync(file, 'x'.repeat(262_144));
    expect(read('D')).toHaveLength(262_144);
    writeFileSync(file, 'x'.repeat(262_145));
    const tooLong = expect.objectContaining({ code: 'CC_SECRET_TOO_LONG' });
    expect(() => read('D')).toThrow(tooLong);
    expect(() => read('D')).toThrow('D_FILE gives a secret of 262145 bytes, and 262144 is the most');
    expect(() => read('E')).toThrow(tooLong);
    expect(() => read('E')).not.toThrow(/xxx/); // nothing of the value itself
  });
});
