import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/index.js';
import { CcError } from '../errors/index.js';
import type { Actor } from './actor.js';
import { change } from './change.js';
import type { Role } from './principal.js';

export interface NewUser {
  readonly name: string;
  readonly displayName: string | null;
  readonly role: Role;
  readonly approver: boolean;
}

/** What may be changed of a user; absent = stays. */
export interface UserChange {
  readonly displayName?: string | null | undefined;
  readonly role?: Role | undefined;
  readonly approver?: boolean | undefined;
  readonly disabled?: boolean | undefined;
}

export interface UserView extends NewUser {
  readonly groups: readonly string[];
  readonly tokens: number;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

const view = `SELECT u.name, u.display_name AS "displayName", u.role, u.approver, u.created_at AS "createdAt",
    u.disabled_at AS "disabledAt",
    ARRAY(SELECT g.name FROM hub_group_member m JOIN hub_group g ON g.id = m.group_id
           WHERE m.user_id = u.id ORDER BY g.name) AS groups,
    (SELECT count(*)::int FROM token t WHERE t.user_id = u.id) AS tokens
  FROM hub_user u`;

/** People (or programs) whom tokens act for. */
@Injectable()
export class Users {
  constructor(private readonly database: Database) {}

  list(): Promise<UserView[]> {
    return this.database.dataSource.query<UserView[]>(`${view} ORDER BY u.name`);
  }

  async get(name: string): Promise<UserView> {
    const rows = await this.database.dataSource.query<UserView[]>(`${view} WHERE u.name = $1`, [name]);
    return rows[0] ?? fail(name);
  }

  async create(wanted: NewUser, by: Actor): Promise<UserView> {
    const { name, displayName, role, approver } = wanted;
    return change(this.database, by, async (tx) => {
      const { rowCount } = await tx.query(
        `INSERT INTO hub_user (id, name, display_name, role, approver) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO NOTHING`,
        [randomUUID(), name, displayName, role, approver],
      );
      if (rowCount === 0)
        throw new CcError('CC_USER_EXISTS', `a user named "${name}" exists; PATCH /api/v1/users/${name} changes it`);
      return [await one(tx, name), entry('user.create', name, { role, approver })];
    });
  }

  /** A role, groups and an end hold for all tokens of the user at once. Who is disabled has no session left. */
  async change(name: string, wanted: UserChange, by: Actor): Promise<UserView> {
    const { disabled } = wanted;
    return change(this.database, by, async (tx) => {
      const before = await one(tx, name, 'FOR UPDATE OF u');
      const { displayName = before.displayName, role = before.role, approver = before.approver } = wanted;
      await tx.query(
        `UPDATE hub_user SET display_name = $2, role = $3, approver = $4,
           disabled_at = CASE WHEN $5::boolean THEN coalesce(disabled_at, now()) WHEN NOT $5 THEN NULL ELSE disabled_at END
         WHERE name = $1`,
        [name, displayName, role, approver, disabled ?? null],
      );
      if (disabled === true) {
        await tx.query(
          `DELETE FROM session WHERE token_id IN (
             SELECT t.id FROM token t JOIN hub_user u ON u.id = t.user_id WHERE u.name = $1)`,
          [name],
        );
      }
      return [await one(tx, name), entry(actionOf(wanted), name, { role, approver })];
    });
  }

  /** With all tokens, sessions and memberships. */
  async delete(name: string, by: Actor): Promise<void> {
    await change(this.database, by, async (tx) => {
      const { tokens } = await one(tx, name, 'FOR UPDATE OF u');
      await tx.query('DELETE FROM hub_user WHERE name = $1', [name]);
      return [undefined, entry('user.delete', name, { tokens })];
    });
  }
}

async function one(tx: Tx, name: string, lock = ''): Promise<UserView> {
  const { rows } = await tx.query<UserView>(`${view} WHERE u.name = $1 ${lock}`, [name]);
  return rows[0] ?? fail(name);
}

function actionOf({ disabled }: UserChange): `user.${string}` {
  if (disabled === undefined) return 'user.change';
  return disabled ? 'user.disable' : 'user.enable';
}

function entry(action: `user.${string}`, target: string, details: Readonly<Record<string, unknown>>) {
  return { action, targetKind: 'user', target, details };
}

function fail(name: string): never {
  throw new CcError('CC_USER_NOT_FOUND', `there is no user "${name}"; GET /api/v1/users lists them`);
}
