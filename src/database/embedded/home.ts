import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.js';

/** Where root keeps embedded databases: the clone itself may lie in a folder only root can enter. */
const systemFolder = '/var/lib/commandcenter';

/** Where one embedded database lives. */
export interface Home {
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly log: string;
  /** Where binaries are copied when they cannot run where npm put them. */
  readonly binaries: string;
  readonly account: Account | undefined;
}

export function homeOf(root: string, stateDir: string, account: Account | undefined): Home {
  if (!account) return homeIn(join(stateDir, 'postgres'), join(stateDir, 'postgres-binaries'), account);
  const hash = createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 16);
  return homeIn(join(systemFolder, hash), join(systemFolder, 'binaries'), account);
}

export function homeIn(folder: string, binaries: string, account: Account | undefined): Home {
  return {
    folder,
    data: join(folder, 'data'),
    password: join(folder, 'password'),
    log: join(folder, 'postgres.log'),
    binaries,
    account,
  };
}

/** Creates the folder, open to the account that runs PostgreSQL and to nobody else. */
export function createHome(home: Home): void {
  mkdirSync(home.folder, { recursive: true, mode: home.account ? 0o711 : 0o700 });
  if (home.account) own(home.folder, home.account);
}

function own(path: string, account: Account): void {
  chownSync(path, account.uid, account.gid);
}
