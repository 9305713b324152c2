import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import type { Principal, Role } from './principal.js';
import { hashToken, newToken } from './token-text.js';
import { principalOf, tokenColumns, tokenIsValid, type TokenRow } from './token-row.js';
import { TokenEntity } from './token.entity.js';

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly approver: boolean;
  readonly expiresAt: Date | null;
}

/** The token table. */
@Injectable()
export class Tokens {
  constructor(private readonly database: Database) {}

  /** Whose token it is; undefined when unknown or expired (by the database's clock). */
  async find(hash: Buffer): Promise<Principal | undefined> {
    const { rows } = await this.database.pool.query<TokenRow>(
      `SELECT ${tokenColumns}, t.hash FROM token t WHERE t.hash = $1 AND ${tokenIsValid}`,
      [hash],
    );
    return principalOf(this.database, rows[0], hash);
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
}
