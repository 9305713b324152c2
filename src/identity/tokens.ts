import { timingSafeEqual, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import type { Principal, Role } from './principal.js';
import { hashToken, newToken } from './token-text.js';
import { TokenEntity } from './token.entity.js';

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly approver: boolean;
  readonly expiresAt: Date | null;
}

interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly role: Role;
  readonly approver: boolean;
  readonly stale: boolean;
}

/** The token table. */
@Injectable()
export class Tokens {
  constructor(private readonly database: Database) {}

  /** Whose token it is; undefined when unknown or expired (by the database's clock). */
  async find(hash: Buffer): Promise<Principal | undefined> {
    const rows = await this.database.dataSource.query<TokenRow[]>(
      `SELECT id, name, hash, role, approver,
              last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS stale
         FROM token WHERE hash = $1 AND (expires_at IS NULL OR expires_at > now())`,
      [hash],
    );
    const row = rows[0];
    if (row === undefined || !timingSafeEqual(row.hash, hash)) return undefined;
    if (row.stale) await this.touch(row.id);
    return { id: row.id, name: row.name, role: row.role, approver: row.approver };
  }

  /** The token is in the answer and nowhere else afterwards. */
  async create(wanted: NewToken): Promise<{ token: string; entity: TokenEntity }> {
    const token = newToken();
    const entity: TokenEntity = {
      ...wanted,
      id: randomUUID(),
      hash: hashToken(token),
      createdAt: new Date(),
      lastUsedAt: null,
    };
    const made = await this.repository
      .createQueryBuilder()
      .insert()
      .values(entity)
      .orIgnore()
      .returning('id')
      .execute();
    if (made.raw.length === 0) {
      throw new CcError(
        'CC_TOKEN_EXISTS',
        `a token named "${wanted.name}" exists; choose another name or revoke it first`,
      );
    }
    return { token, entity };
  }

  list(): Promise<TokenEntity[]> {
    return this.repository.find({ order: { name: 'ASC' } });
  }

  async revoke(id: string): Promise<void> {
    const { affected } = await this.repository.delete({ id });
    if (!affected) throw new CcError('CC_TOKEN_NOT_FOUND', `there is no token ${id}; GET /api/v1/tokens lists them`);
  }

  private get repository() {
    return this.database.dataSource.getRepository(TokenEntity);
  }

  private async touch(id: string): Promise<void> {
    await this.database.dataSource.query('UPDATE token SET last_used_at = now() WHERE id = $1', [id]);
  }
}
