import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/index.js';
import { lesserRole, type Principal, type Role } from './principal.js';

/** What a row of `tokenTables` says about who calls. Add the hash that was looked for, as `hash`. */
export const tokenColumns = `t.id, t.name, t.role, t.approver, t.rate_per_minute AS "ratePerMinute",
  u.name AS "user", u.role AS "userRole", u.approver AS "userApprover",
  ARRAY(SELECT g.name FROM hub_group_member m JOIN hub_group g ON g.id = m.group_id
         WHERE m.user_id = u.id ORDER BY g.name) AS groups,
  t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute' AS stale`;

export const tokenTables = 'token t LEFT JOIN hub_user u ON u.id = t.user_id';

/** By the database's clock. */
export const tokenIsValid = '(t.expires_at IS NULL OR t.expires_at > now()) AND u.disabled_at IS NULL';

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly role: Role;
  readonly approver: boolean;
  readonly ratePerMinute: number | null;
  readonly user: string | null;
  readonly userRole: Role | null;
  readonly userApprover: boolean | null;
  readonly groups: readonly string[];
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
  const { id, groups, ratePerMinute } = row;
  return { id, ...powersOf(row), groups, ...(ratePerMinute !== null && { ratePerMinute }) };
}

/** A user's token can do what both it and its user may. */
function powersOf({ name, role, approver, user, userRole, userApprover }: TokenRow) {
  if (user === null || userRole === null) return { name, role, approver };
  const may = lesserRole(role, userRole);
  return { name: user, user, role: may, approver: approver && (userApprover === true || userRole === 'admin') };
}
