import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { theHub, type Actor } from './actor.js';
import { change } from './change.js';
import { mayDo, type Principal, type Role } from './principal.js';
import { hashToken, newToken } from './token-text.js';
import { principalOf, tokenColumns, tokenIsValid, tokenTables, type TokenRow } from './token-row.js';

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly approver: boolean;
  readonly expiresAt: Date | null;
  /** Name of the user it acts for. */
  readonly user?: string | null;
  readonly ratePerMinute?: number | null;
}

/** What may be changed of a token; absent = stays. */
export interface TokenChange {
  readonly role?: Role | undefined;
  readonly approver?: boolean | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly ratePerMinute?: number | null | undefined;
}

/** A token as lists show it. */
export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly approver: boolean;
  readonly user: string | null;
  readonly ratePerMinute: number | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** At most a minute old: it is not written on every request. */
  readonly lastUsedAt: Date | null;
}

const viewColumns = `t.id, t.name, t.role, t.approver, u.name AS "user", t.rate_per_minute AS "ratePerMinute",
  t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt"`;

/** The token table. */
@Injectable()
export class Tokens {
  constructor(private readonly database: Database) {}

  /** Whose token it is; undefined when unknown or expired (by the database's clock), or its user is disabled. */
  async find(hash: Buffer): Promise<Principal | undefined> {
    const { rows } = await this.database.pool.query<TokenRow>(
      `SELECT ${tokenColumns}, t.hash FROM ${tokenTables} WHERE t.hash = $1 AND ${tokenIsValid}`,
      [hash],
    );
    return principalOf(this.database, rows[0], hash);
  }

  /** The token is in the answer and nowhere else afterwards. */
  async create(wanted: NewToken, by: Actor = theHub): Promise<{ token: string; entity: TokenView }> {
    const { name, role, approver, expiresAt, user = null, ratePerMinute = null } = wanted;
    const token = newToken();
    const entity = await change(this.database, by, async (tx) => {
      const userId = user === null ? null : await userFor(tx, user, role);
      const { rows } = await tx.query<{ id: string }>(
        `INSERT INTO token (id, name, hash, role, approver, expires_at, user_id, rate_per_minute)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING RETURNING id`,
        [randomUUID(), name, hashToken(token), role, approver, expiresAt, userId, ratePerMinute],
      );
      if (rows[0] === undefined) {
        throw new CcError('CC_TOKEN_EXISTS', `a token named "${name}" exists; choose another name or revoke it first`);
      }
      const details = { name, role, approver, expiresAt, user, ratePerMinute };
      return [
        await viewOf(tx, rows[0].id),
        { action: 'token.create', targetKind: 'token', target: rows[0].id, details },
      ];
    });
    return { token, entity: entity! };
  }

  async change(id: string, wanted: TokenChange, by: Actor): Promise<TokenView> {
    return change(this.database, by, async (tx) => {
      const before = await viewOf(tx, id, 'FOR UPDATE OF t');
      if (before === undefined) throw noToken(id);
      const { role = before.role, approver = before.approver } = wanted;
      const { expiresAt = before.expiresAt, ratePerMinute = before.ratePerMinute } = wanted;
      if (before.user !== null && wanted.role !== undefined) await userFor(tx, before.user, role);
      await tx.query('UPDATE token SET role = $2, approver = $3, expires_at = $4, rate_per_minute = $5 WHERE id = $1', [
        id,
        role,
        approver,
        expiresAt,
        ratePerMinute,
      ]);
      const details = { name: before.name, ...wanted };
      return [
        { ...before, role, approver, expiresAt, ratePerMinute },
        { action: 'token.change', targetKind: 'token', target: id, details },
      ];
    });
  }

  list(): Promise<TokenView[]> {
    return this.database.dataSource.query<TokenView[]>(
      `SELECT ${viewColumns} FROM ${tokenTables} ORDER BY t.name, t.id`,
    );
  }

  async revoke(id: string, by: Actor = theHub): Promise<void> {
    await change(this.database, by, async (tx) => {
      const { rows } = await tx.query<{ name: string }>('DELETE FROM token WHERE id = $1 RETURNING name', [id]);
      if (rows[0] === undefined) throw noToken(id);
      return [undefined, { action: 'token.revoke', targetKind: 'token', target: id, details: { name: rows[0].name } }];
    });
  }
}

async function viewOf(tx: Tx, id: string, lock = ''): Promise<TokenView | undefined> {
  const { rows } = await tx.query<TokenView>(`SELECT ${viewColumns} FROM ${tokenTables} WHERE t.id = $1 ${lock}`, [id]);
  return rows[0];
}

/** The id of the user a token is for. One that promises more than its user may would mislead who reads the list. */
async function userFor(tx: Tx, name: string, role: Role): Promise<string> {
  const { rows } = await tx.query<{ id: string; role: Role }>('SELECT id, role FROM hub_user WHERE name = $1', [name]);
  const [user] = rows;
  if (user === undefined) throw refused('user', `there is no user "${name}"`, 'CC_USER_NOT_FOUND');
  if (!mayDo({ role: user.role, approver: false }, role))
    throw refused('role', `is more than the role of the user "${name}", ${user.role}`);
  return user.id;
}

function refused(field: 'user' | 'role', message: string, code?: 'CC_USER_NOT_FOUND'): CcError {
  const problem = { path: `body.${field}`, message, ...(code && { code }) };
  return new CcError('CC_REQUEST_INVALID', `${problem.path}: ${message}`, { problems: [problem] });
}

function noToken(id: string): CcError {
  return new CcError('CC_TOKEN_NOT_FOUND', `there is no token ${id}; GET /api/v1/tokens lists them`);
}
