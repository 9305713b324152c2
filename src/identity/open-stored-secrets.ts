import type { LoggerService } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Database } from '../database/index.js';
import { encryptionKeys } from './encryption-key-file.js';
import { Keyring } from './keyring.js';
import type { Secrets } from './secrets.js';
import { StoredSecrets } from './stored-secrets.js';

/** Finds the keys and reads what is stored, before plugins are loaded: they are checked for the secrets they need. */
export async function openStoredSecrets(
  config: Pick<Config, 'encryptionKeys' | 'stateDir' | 'databaseUrl'>,
  database: Database,
  secrets: Secrets,
  logger: LoggerService,
): Promise<StoredSecrets> {
  const { keys, made } = await encryptionKeys(config);
  for (const key of keys) secrets.hide(key);
  if (made !== undefined)
    logger.log(
      `Made the key that stored secrets are sealed with: ${made}. Keep a copy of it, apart from backups of the database`,
      'Secrets',
    );
  const stored = new StoredSecrets(database, secrets, keys.length > 0 ? new Keyring(keys) : undefined);
  const unopened = await stored.load();
  if (unopened.length > 0)
    logger.warn(
      `no key of this hub opens the stored ${unopened.join(', ')}: see COMMANDCENTER_ENCRYPTION_KEY`,
      'Secrets',
    );
  return stored;
}
