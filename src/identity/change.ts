import type pg from 'pg';
import type { Database, Tx } from '../database/index.js';
import type { Actor } from './actor.js';
import { record, type AuditEntry } from './audit-record.js';

/** Says in `tx` that something about callers or secrets changes: every replica looks again within a second. */
export async function markChanged(tx: Tx): Promise<void> {
  await tx.query('UPDATE identity_version SET version = version + 1');
}

/** A change of who may do what: the change, its line in the audit log and the mark for the replicas, or none of them. */
export async function change<T>(
  database: Database,
  by: Actor,
  work: (tx: pg.PoolClient) => Promise<readonly [result: T, entry: AuditEntry | undefined]>,
): Promise<T> {
  return database.transaction(async (tx) => {
    const [result, entry] = await work(tx);
    if (entry !== undefined) {
      await record(tx, by, entry);
      await markChanged(tx);
    }
    return result;
  });
}
