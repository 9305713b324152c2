import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledNode, isSupported } from './node-runtime.js';

describe('the Node.js that runs the hub', () => {
  it.each([
    ['v24.0.0', true],
    ['v25.1.0', true],
    ['v20.20.2', false],
    ['v9.0.0', false],
    ['', false],
    ['v24.21.0\n', true],
  ])('%j is supported: %s', (version, supported) => {
    expect(isSupported(version)).toBe(supported);
  });

  const posix = process.platform === 'win32' ? describe.skip : describe;
  posix('found beside the hub', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cc-node-'))));
    afterEach(() => rmSync(folder, { recursive: true }));

    function install(where: string, says: string): string {
      const bin = join(folder, where, 'node_modules', '.bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'node'), `#!/bin/sh\n${says}\n`);
      chmodSync(join(bin, 'node'), 0o755);
      return join(bin, 'node');
    }

    it('is looked for upward', () => {
      const node = install('.', 'echo v24.5.0');
      expect(bundledNode(join(folder, 'dist', 'cli'))).toBe(node);
    });

    it('is passed over when it is old or broken, so that nothing runs in circles', () => {
      const node = install('.', 'echo v26.0.0');
      install('a', 'echo v20.0.0');
      install('a/b', 'exit 1');
      expect(bundledNode(join(folder, 'a', 'b'))).toBe(node);
    });
  });
});
