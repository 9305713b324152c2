import { parseArgs } from 'node:util';
import { messageOf } from '../errors/index.js';
import type { JobsRole } from '../jobs/index.js';

export type Command =
  | { readonly name: 'start'; readonly role: JobsRole }
  | { readonly name: 'dev' }
  /** The hub that `dev` starts, and starts anew; not for people. */
  | { readonly name: 'dev-hub' }
  | { readonly name: 'migrate' }
  | { readonly name: 'doctor' }
  | { readonly name: 'refused'; readonly reason: string };

const usage = 'Usage: commandcenter start [--role api|worker|all] | dev | migrate | doctor';

export function parseCommand(argv: readonly string[]): Command {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: { role: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    return refused(messageOf(error));
  }
  const [name, ...rest] = parsed.positionals;
  const { role } = parsed.values;
  if (rest.length > 0) return refused(`"${rest.join(' ')}" is too much.`);
  if (role !== undefined && name !== 'start') return refused('--role belongs to start.');
  switch (name) {
    case 'start':
      return isRole(role ?? 'all')
        ? { name, role: (role ?? 'all') as JobsRole }
        : refused(`There is no role "${role}".`);
    case 'dev':
    case 'dev-hub':
    case 'migrate':
    case 'doctor':
      return { name };
    default:
      return refused(name === undefined ? 'Say what to do.' : `"${name}" is not a command of the hub itself.`);
  }
}

function isRole(role: string): role is JobsRole {
  return role === 'api' || role === 'worker' || role === 'all';
}

function refused(reason: string): Command {
  return { name: 'refused', reason: `${reason}\n${usage}` };
}
