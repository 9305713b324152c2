import { mkdirSync, mkdtempSync, readlinkSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreLinks } from './links.js';

describe('restoreLinks', () => {
  let native: string;
  beforeEach(() => {
    native = join(mkdtempSync(join(tmpdir(), 'cc-links-')), 'native');
    mkdirSync(join(native, 'lib'), { recursive: true });
    writeFileSync(join(native, 'lib', 'libpq.so.5.18'), 'the library');
    const listed = ['libpq.so.5', 'libpq.so'].map((name) => ({
      source: 'native/lib/libpq.so.5.18',
      target: `native/lib/${name}`,
    }));
    writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(listed));
  });
  afterEach(() => rmSync(join(native, '..'), { recursive: true }));

  it('makes the links that blocked install scripts did not, relative so that the folder can move', () => {
    expect(restoreLinks(native)).toBe(true);
    expect(readlinkSync(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
    expect(readFileSync(join(native, 'lib', 'libpq.so'), 'utf8')).toBe('the library');
  });

  it('keeps the links that are there', () => {
    symlinkSync('libpq.so.5.18', join(native, 'lib', 'libpq.so'));
    expect(restoreLinks(native)).toBe(true);
    expect(restoreLinks(native)).toBe(true);
  });

  it('has nothing to do where the platform lists none', () => {
    rmSync(join(native, 'pg-symlinks.json'));
    expect(restoreLinks(native)).toBe(true);
  });
});
