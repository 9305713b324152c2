import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A clone in a folder of mode 700, as `mktemp -d` makes them, ready to start: the built hub and its packages are the
 * repository's own, everything the hub keeps is the clone's.
 */
export class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), 'cc-clone-'));

  constructor(files: Record<string, string> = {}) {
    for (const name of ['node_modules', 'dist', 'scripts']) symlinkSync(join(root, name), join(this.folder, name));
    copyFileSync(join(root, 'package.json'), join(this.folder, 'package.json'));
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  /** The address and token the hub left for the command line. */
  get credentials(): { url: string; token: string } {
    return JSON.parse(readFileSync(join(this.folder, '.commandcenter', 'cli.json'), 'utf8')) as {
      url: string;
      token: string;
    };
  }

  /** Removes it with its embedded database, wherever that is. */
  remove(databaseFolder?: string): void {
    for (const folder of [this.folder, databaseFolder]) {
      if (folder !== undefined && existsSync(folder)) rmSync(folder, { recursive: true });
    }
  }
}

/** Processes whose command line mentions the text: what a test left behind. */
export function processesOf(text: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text) && !line.includes('ps -eo'));
}
