import type { Problem } from '../errors/index.js';
import type { Environment } from './environment-schema.js';
import { secretFromEnvironment } from './secret-source.js';

const name = 'COMMANDCENTER_ENCRYPTION_KEY';
const bytes = 32;

/** COMMANDCENTER_ENCRYPTION_KEY, or the file of COMMANDCENTER_ENCRYPTION_KEY_FILE: one key or several, the newest first. */
export function encryptionKeysOf(env: Environment): { keys: string[]; problems: Problem[] } {
  const text = secretFromEnvironment(env)(name);
  const file = env[`${name}_FILE`];
  if (text === undefined && file) return refused(`${name}_FILE`, `names ${file}, which cannot be read`);
  const keys = (text ?? '').split(',').map((key) => key.trim()).filter(Boolean); // prettier-ignore
  // Which key it is, never what it is.
  const wrong = keys.findIndex((key) => decodeKey(key) === undefined);
  if (wrong === -1) return { keys, problems: [] };
  const which = keys.length === 1 ? '' : ` (key ${wrong + 1} of ${keys.length} is not)`;
  return refused(
    name,
    `must be ${bytes} random bytes as base64 or hex${which}: \`openssl rand -base64 ${bytes}\` makes one`,
  );
}

/** Undefined when it is no key. */
export function decodeKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

function refused(path: string, message: string) {
  return { keys: [], problems: [{ path, message }] };
}
