import { readFileSync } from 'node:fs';
import { CcError } from '../../errors/index.js';

/** PostgreSQL refuses to run as root, so root lends it another account. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account to run as when we are root; undefined when we are an ordinary user and PostgreSQL can be us. */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  const account = accounts.get('postgres') ?? accounts.get('nobody') ?? accounts.get('daemon');
  if (account) return account;
  throw new CcError(
    'CC_EMBEDDED_DATABASE_FAILED',
    'PostgreSQL does not run as root, and this machine has no user postgres, nobody or daemon to run it as. ' +
      'Create one, start as an ordinary user, or set DATABASE_URL.',
  );
}

export function parsePasswd(text: string): Map<string, Account> {
  const entries = text.split('\n').map((line) => line.split(':'));
  return new Map(
    entries.flatMap(([name, , uid, gid]) =>
      name && Number(uid) > 0 ? [[name, { uid: Number(uid), gid: Number(gid) }] as const] : [],
    ),
  );
}
