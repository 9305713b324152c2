import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/index.js';
import { CcError, type Problem } from '../errors/index.js';
import type { Actor } from './actor.js';
import { change } from './change.js';

export interface NewGroup {
  readonly name: string;
  readonly description: string | null;
  /** Names of users. */
  readonly members: readonly string[];
}

/** What may be changed of a group; absent = stays. `members` replaces them all; `add` and `remove` name some. */
export interface GroupChange {
  readonly description?: string | null | undefined;
  readonly members?: readonly string[] | undefined;
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

export interface GroupView extends NewGroup {
  readonly createdAt: Date;
}

const view = `SELECT g.name, g.description, g.created_at AS "createdAt",
    ARRAY(SELECT u.name FROM hub_group_member m JOIN hub_user u ON u.id = m.user_id
           WHERE m.group_id = g.id ORDER BY u.name) AS members
  FROM hub_group g`;

/** Users under one name. A group gives no role: it says who may decide what is for its members. */
@Injectable()
export class Groups {
  constructor(private readonly database: Database) {}

  list(): Promise<GroupView[]> {
    return this.database.dataSource.query<GroupView[]>(`${view} ORDER BY g.name`);
  }

  async get(name: string): Promise<GroupView> {
    const rows = await this.database.dataSource.query<GroupView[]>(`${view} WHERE g.name = $1`, [name]);
    return rows[0] ?? fail(name);
  }

  async create({ name, description, members }: NewGroup, by: Actor): Promise<GroupView> {
    return change(this.database, by, async (tx) => {
      const { rowCount } = await tx.query(
        'INSERT INTO hub_group (id, name, description) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING',
        [randomUUID(), name, description],
      );
      if (rowCount === 0)
        throw new CcError('CC_GROUP_EXISTS', `a group named "${name}" exists; PATCH /api/v1/groups/${name} changes it`);
      await add(tx, name, members, 'members');
      return [await one(tx, name), entry('group.create', name, { members })];
    });
  }

  async change(name: string, wanted: GroupChange, by: Actor): Promise<GroupView> {
    return change(this.database, by, async (tx) => {
      const before = await one(tx, name, 'FOR UPDATE OF g');
      const { description = before.description, members } = wanted;
      await tx.query('UPDATE hub_group SET description = $2 WHERE name = $1', [name, description]);
      if (members !== undefined) {
        await remove(tx, name, before.members.filter((member) => !members.includes(member))); // prettier-ignore
        await add(tx, name, members, 'members');
      }
      if (wanted.remove !== undefined) await remove(tx, name, wanted.remove);
      if (wanted.add !== undefined) await add(tx, name, wanted.add, 'add');
      const { description: _text, ...details } = wanted;
      return [await one(tx, name), entry('group.change', name, details)];
    });
  }

  async delete(name: string, by: Actor): Promise<void> {
    await change(this.database, by, async (tx) => {
      const { members } = await one(tx, name, 'FOR UPDATE OF g');
      await tx.query('DELETE FROM hub_group WHERE name = $1', [name]);
      return [undefined, entry('group.delete', name, { members })];
    });
  }
}

/** Throws CC_REQUEST_INVALID with every name that is nobody's. */
async function add(tx: Tx, group: string, users: readonly string[], path: string): Promise<void> {
  const { rows } = await tx.query<{ name: string }>('SELECT name FROM hub_user WHERE name = ANY ($1) FOR SHARE', [
    users,
  ]);
  const known = new Set(rows.map(({ name }) => name));
  const problems: Problem[] = users.flatMap((user, n) =>
    known.has(user)
      ? []
      : [{ path: `body.${path}.${n}`, message: `there is no user "${user}"`, code: 'CC_USER_NOT_FOUND' }],
  );
  if (problems.length > 0) {
    const list = problems.map(({ message }) => message).join('; ');
    throw new CcError('CC_REQUEST_INVALID', `${list}; GET /api/v1/users lists them`, { problems });
  }
  await tx.query(
    `INSERT INTO hub_group_member (group_id, user_id)
     SELECT g.id, u.id FROM hub_group g, hub_user u WHERE g.name = $1 AND u.name = ANY ($2)
     ON CONFLICT DO NOTHING`,
    [group, users],
  );
}

async function remove(tx: Tx, group: string, users: readonly string[]): Promise<void> {
  await tx.query(
    `DELETE FROM hub_group_member m USING hub_group g, hub_user u
      WHERE m.group_id = g.id AND m.user_id = u.id AND g.name = $1 AND u.name = ANY ($2)`,
    [group, users],
  );
}

async function one(tx: Tx, name: string, lock = ''): Promise<GroupView> {
  const { rows } = await tx.query<GroupView>(`${view} WHERE g.name = $1 ${lock}`, [name]);
  return rows[0] ?? fail(name);
}

function entry(action: `group.${string}`, target: string, details: Readonly<Record<string, unknown>>) {
  return { action, targetKind: 'group', target, details };
}

function fail(name: string): never {
  throw new CcError('CC_GROUP_NOT_FOUND', `there is no group "${name}"; GET /api/v1/groups lists them`);
}
