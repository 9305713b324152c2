import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import type { Principal } from './principal.js';
import { principalOf, tokenColumns, tokenIsValid, tokenTables, type TokenRow } from './token-row.js';
import { hashToken, newSecret } from './token-text.js';

export interface NewSession {
  /** Goes into the cookie and is nowhere afterwards. */
  readonly secret: string;
  readonly expiresAt: Date;
}

/** A browser more than that ends the oldest session of its token. */
const MOST_SESSIONS = 50;

/** Browsers that signed in with a token. */
@Injectable()
export class Sessions {
  constructor(private readonly database: Database) {}

  /** A session lasts a week, and never longer than its token. Undefined when that is revoked or expired meanwhile. */
  async open(tokenId: string): Promise<NewSession | undefined> {
    const secret = newSecret();
    // Whoever opens one clears away what has expired, as the table cannot grow without it,
    // and of one token's sessions all but the newest, so that nobody fills the table by signing in.
    const { rows } = await this.database.pool.query<{ expiresAt: Date }>(
      `WITH too_many AS (
         SELECT hash FROM session WHERE token_id = $2 ORDER BY created_at DESC, hash OFFSET ${MOST_SESSIONS - 1}
       ), gone AS (
         DELETE FROM session WHERE hash IN (
           SELECT hash FROM session WHERE expires_at <= now() OR hash IN (SELECT hash FROM too_many)
              FOR UPDATE SKIP LOCKED)
       )
       INSERT INTO session (hash, token_id, expires_at)
       SELECT $1, t.id, least(t.expires_at, now() + interval '7 days') FROM ${tokenTables} WHERE t.id = $2 AND ${tokenIsValid}
       RETURNING expires_at AS "expiresAt"`,
      [hashToken(secret), tokenId],
    );
    return rows[0] && { secret, expiresAt: rows[0].expiresAt };
  }

  /** Whose session it is; undefined when it is unknown, has ended, or its token has. */
  async find(hash: Buffer): Promise<Principal | undefined> {
    const { rows } = await this.database.pool.query<TokenRow>(
      `SELECT ${tokenColumns}, s.hash FROM ${tokenTables} JOIN session s ON s.token_id = t.id
        WHERE s.hash = $1 AND s.expires_at > now() AND ${tokenIsValid}`,
      [hash],
    );
    return principalOf(this.database, rows[0], hash);
  }

  async end(secret: string): Promise<void> {
    await this.database.pool.query('DELETE FROM session WHERE hash = $1', [hashToken(secret)]);
  }
}
