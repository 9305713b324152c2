import type { StoreWriter } from '@commandcenter/sdk';
import type { Tx } from '../../database/index.js';
import type { Problem } from '../../errors/index.js';
import { jsonOf, nameProblem } from './limits.js';
import { callInvalid } from './port-errors.js';

/** The records of one plugin, inside a transaction or outside of any. */
export class Records implements StoreWriter {
  constructor(
    private readonly plugin: string,
    private readonly tx: Tx,
  ) {}

  async get(key: string): Promise<unknown> {
    this.#check([nameProblem('key', key)]);
    const { rows } = await this.tx.query<{ value: string }>(
      'SELECT value FROM plugin_record WHERE plugin = $1 AND key = $2',
      [this.plugin, key],
    );
    return rows[0] && (JSON.parse(rows[0].value) as unknown);
  }

  async set(key: string, value: unknown): Promise<void> {
    const written = jsonOf('value', value);
    this.#check([nameProblem('key', key), 'problem' in written ? written.problem : undefined]);
    if ('problem' in written) return;
    await this.tx.query(
      `INSERT INTO plugin_record (plugin, key, value) VALUES ($1, $2, $3)
       ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value, updated_at = now()`,
      [this.plugin, key, written.json],
    );
  }

  async delete(key: string): Promise<void> {
    this.#check([nameProblem('key', key)]);
    await this.tx.query('DELETE FROM plugin_record WHERE plugin = $1 AND key = $2', [this.plugin, key]);
  }

  async list(prefix: string): Promise<{ key: string; value: unknown }[]> {
    this.#check([prefix === '' ? undefined : nameProblem('prefix', prefix)]);
    const { rows } = await this.tx.query<{ key: string; value: string }>(
      `SELECT key, value FROM plugin_record
       WHERE plugin = $1 AND key >= $2 AND starts_with(key, $2) ORDER BY key LIMIT 1000`,
      [this.plugin, prefix],
    );
    return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) as unknown }));
  }

  #check(problems: readonly (Problem | undefined)[]): void {
    const found = problems.filter((problem) => problem !== undefined);
    if (found.length > 0) throw callInvalid(`The record of plugin ${this.plugin}`, found);
  }
}
