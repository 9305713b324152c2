import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { theHub, type Actor } from './actor.js';
import { change } from './change.js';
import type { Keyring, Sealed } from './keyring.js';
import type { Secrets } from './secrets.js';

export interface StoredSecretView {
  readonly name: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly updatedBy: string;
  /** The key it is sealed with is one of this hub's. */
  readonly opens: boolean;
}

interface Row extends Sealed, Omit<StoredSecretView, 'opens'> {}

const columns = `name, version, key_id AS "keyId", nonce, sealed, created_at AS "createdAt", updated_at AS "updatedAt",
  updated_by AS "updatedBy"`;

/**
 * Values of secrets in the database, sealed. Opened ones are in memory, so that a step reads one without waiting; every
 * change, whichever replica made it, has them read again.
 */
export class StoredSecrets {
  #values: ReadonlyMap<string, string | undefined> = new Map();

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
    /** None: nothing is opened and nothing can be stored. */
    private readonly keyring: Keyring | undefined,
  ) {
    secrets.storeIs((name) => this.#value(name));
  }

  /** Names of what no key of this hub opens. */
  async load(): Promise<string[]> {
    const { rows } = await this.database.pool.query<Row>(`SELECT ${columns} FROM stored_secret ORDER BY name`);
    const values = new Map(rows.map((row) => [row.name, this.#open(row)]));
    // Known to be secret before anybody can use them.
    for (const value of values.values()) if (value !== undefined) this.secrets.hide(value);
    this.#values = values;
    return [...values].filter(([, value]) => value === undefined).map(([name]) => name);
  }

  async list(): Promise<StoredSecretView[]> {
    const rows = await this.database.dataSource.query<Row[]>(`SELECT ${columns} FROM stored_secret ORDER BY name`);
    return rows.map((row) => this.#view(row));
  }

  /** A new name. */
  async create(name: string, value: string, by: Actor): Promise<StoredSecretView> {
    this.#refuseUnlisted(name);
    const keyring = this.#opened();
    this.secrets.hide(value);
    return this.#changed(by, async (tx) => {
      const { keyId, nonce, sealed } = keyring.seal(name, 1, value);
      const { rows } = await tx.query<Row>(
        `INSERT INTO stored_secret (name, version, key_id, nonce, sealed, updated_by) VALUES ($1, 1, $2, $3, $4, $5)
         ON CONFLICT (name) DO NOTHING RETURNING ${columns}`,
        [name, keyId, nonce, sealed, by.name],
      );
      if (rows[0] === undefined)
        throw new CcError(
          'CC_SECRET_EXISTS',
          `a value of ${name} is stored; PATCH /api/v1/secrets/${name} replaces it`,
        );
      return [this.#view(rows[0]), entry('secret.create', name, { version: 1 })];
    });
  }

  /** A new value of a stored name. */
  async replace(name: string, value: string, by: Actor): Promise<StoredSecretView> {
    this.#refuseUnlisted(name);
    const keyring = this.#opened();
    this.secrets.hide(value);
    return this.#changed(by, async (tx) => {
      const found = await tx.query<{ version: number }>(
        'SELECT version FROM stored_secret WHERE name = $1 FOR UPDATE',
        [name],
      );
      if (found.rows[0] === undefined) throw notStored(name);
      const version = found.rows[0].version + 1;
      const { keyId, nonce, sealed } = keyring.seal(name, version, value);
      const { rows } = await tx.query<Row>(
        `UPDATE stored_secret SET version = $2, key_id = $3, nonce = $4, sealed = $5, updated_by = $6, updated_at = now()
          WHERE name = $1 RETURNING ${columns}`,
        [name, version, keyId, nonce, sealed, by.name],
      );
      return [this.#view(rows[0]!), entry('secret.replace', name, { version })];
    });
  }

  async delete(name: string, by: Actor): Promise<void> {
    await this.#changed(by, async (tx) => {
      const { rowCount } = await tx.query('DELETE FROM stored_secret WHERE name = $1', [name]);
      if (rowCount === 0) throw notStored(name);
      return [undefined, entry('secret.delete', name, {})];
    });
  }

  /** Seals with the newest key what an older one seals. Afterwards the older ones are needed no more, unless `left` says so. */
  async rotate(by: Actor = theHub): Promise<{ rotated: string[]; left: string[]; key: string }> {
    const keyring = this.#opened();
    return this.#changed(by, async (tx) => {
      const { rows } = await tx.query<Row>(
        `SELECT ${columns} FROM stored_secret WHERE key_id <> $1 ORDER BY name FOR UPDATE`,
        [keyring.newest],
      );
      const [rotated, left]: [string[], string[]] = [[], []];
      for (const row of rows) {
        const value = this.#open(row);
        if (value === undefined) {
          left.push(row.name);
          continue;
        }
        const { keyId, nonce, sealed } = keyring.seal(row.name, row.version, value);
        await tx.query('UPDATE stored_secret SET key_id = $2, nonce = $3, sealed = $4 WHERE name = $1', [
          row.name,
          keyId,
          nonce,
          sealed,
        ]);
        rotated.push(row.name);
      }
      const result = { rotated, left, key: keyring.newest };
      return [result, rotated.length === 0 ? undefined : entry('secret.rotate', keyring.newest, { names: rotated })];
    });
  }

  async #changed<T>(by: Actor, work: Parameters<typeof change<T>>[2]): Promise<T> {
    const result = await change(this.database, by, work);
    await this.load();
    return result;
  }

  #value(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value !== undefined || !this.#values.has(name)) return value;
    throw new CcError(
      'CC_SECRET_SEALED',
      `Secret ${name} is stored, but no key of this hub opens it: add the key it was sealed with to COMMANDCENTER_ENCRYPTION_KEY, or store it again`,
    );
  }

  #open(row: Row): string | undefined {
    return this.keyring?.open(row.name, row.version, row);
  }

  #view({ name, version, createdAt, updatedAt, updatedBy, ...row }: Row): StoredSecretView {
    const opens = this.keyring?.open(name, version, row) !== undefined;
    return { name, version, createdAt, updatedAt, updatedBy, opens };
  }

  #opened(): Keyring {
    if (this.keyring !== undefined) return this.keyring;
    throw new CcError(
      'CC_SECRET_STORE_CLOSED',
      'no key is set to seal secrets with: set COMMANDCENTER_ENCRYPTION_KEY to 32 random bytes (`openssl rand -base64 32`), the same for every replica, and start the hub again',
    );
  }

  #refuseUnlisted(name: string): void {
    if (this.secrets.listed().includes(name)) return;
    throw new CcError(
      'CC_SECRET_UNKNOWN',
      `Secret ${name} is not listed, so nothing could use it; add it under "secrets:" in commandcenter.yaml first`,
    );
  }
}

function entry(action: `secret.${string}`, target: string, details: Readonly<Record<string, unknown>>) {
  return { action, targetKind: 'secret', target, details };
}

function notStored(name: string): CcError {
  return new CcError('CC_SECRET_NOT_FOUND', `no value of ${name} is stored; GET /api/v1/secrets lists what there is`);
}
