import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { TokenEntity } from './token.entity.js';

/** A browser that signed in with a token. It may do what the token may, as long as the token may. */
@Entity({ name: 'session' })
export class SessionEntity {
  /** SHA-256 of the secret in the cookie. */
  @PrimaryColumn('bytea')
  hash!: Buffer;

  @Index('session_token_idx')
  @Column('uuid', { name: 'token_id' })
  tokenId!: string;

  /** Never loaded; it is the foreign key that ends the sessions of a revoked token. */
  @ManyToOne(() => TokenEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'token_id', foreignKeyConstraintName: 'session_token_fk' })
  token?: TokenEntity;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Index('session_expires_idx')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
