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
});
