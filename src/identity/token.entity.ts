import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Role } from './principal.js';
import { UserEntity } from './user.entity.js';

/** An API token. The token itself is nowhere: only its hash. */
@Entity({ name: 'token' })
@Check('token_role_check', `role IN ('viewer', 'operator', 'admin')`)
export class TokenEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { unique: true })
  name!: string;

  /** SHA-256 of the token. */
  @Column('bytea', { unique: true })
  hash!: Buffer;

  @Column('text')
  role!: Role;

  @Column('boolean', { default: false })
  approver!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** At most a minute old: it is not written on every request. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** For whom it acts; null = for itself. */
  @Index('token_user_idx')
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** Never loaded; it is the foreign key that ends the tokens of a deleted user. */
  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'token_user_fk' })
  user?: UserEntity;

  /** Requests per minute; null = engine.rateLimitPerMinute. */
  @Column('integer', { name: 'rate_per_minute', nullable: true })
  ratePerMinute!: number | null;
}
