import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/index.js';
import type { Principal, Role } from './principal.js';

/** What a row of `token t` says about who calls. Add the hash that was looked for, as `hash`. */
export const tokenColumns = `t.id, t.name, t.role, t.approver,
  t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS stale`;

/** By the database's clock. */
export const tokenIsValid = '(t.expires_at IS NULL OR t.expires_at > now())';

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly role: Role;
  readonly approver: boolean;
  /** Its last use was noted more than a minute ago. */
  readonly stale: boolean;
}

/**
 * Whose row it is, when it is the row of that hash. Notes the use of the token. Like all that says who calls it goes
 * through the pool of the hot path: lists that are slow fill the connections for reads, and must not lock anybody out.
 */
export async function principalOf(
  database: Database,
  row: TokenRow | undefined,
  hash: Buffer,
): Promise<Principal | undefined> {
  if (row === undefined || !timingSafeEqual(row.hash, hash)) return undefined;
  if (row.stale) await database.pool.query('UPDATE token SET last_used_at = now() WHERE id = $1', [row.id]);
  return { id: row.id, name: row.name, role: row.role, approver: row.approver };
}
