import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Config, decodeKey } from '../config/index.js';
import { CcError } from '../errors/index.js';

interface FoundKeys {
  /** The newest first; none = nothing can be stored. */
  readonly keys: readonly string[];
  /** Where one was made just now. */
  readonly made?: string;
}

/**
 * The keys of the environment; else that of the file beside cli.json. With the embedded database, which lies beside it
 * and has no other replica, the file is made when it is missing. On a server it is not: each replica would make its own.
 */
export async function encryptionKeys(
  config: Pick<Config, 'encryptionKeys' | 'stateDir' | 'databaseUrl'>,
): Promise<FoundKeys> {
  if (config.encryptionKeys.length > 0) return { keys: config.encryptionKeys };
  const file = join(config.stateDir, 'encryption.key');
  const kept = await read(file);
  if (kept !== undefined) return { keys: [kept] };
  if (config.databaseUrl !== undefined) return { keys: [] };
  const key = randomBytes(32).toString('base64');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return { keys: [key], made: file };
}

async function read(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, (error as Error).message, error);
  }
  if (decodeKey(text) === undefined) throw unusable(file, 'it does not hold 32 bytes as base64 or hex');
  return text;
}

/** Never made anew: what was sealed with the lost key would be lost for good, and silently. */
function unusable(file: string, why: string, cause?: unknown): CcError {
  return new CcError(
    'CC_CONFIG_INVALID',
    `the encryption key in ${file} cannot be used: ${why}. Put it back from a backup, or set COMMANDCENTER_ENCRYPTION_KEY; delete the file only if no stored secret is needed any more`,
    { cause },
  );
}
