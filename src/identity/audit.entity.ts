import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who changed what, when. */
@Entity({ name: 'audit_entry' })
@Index('audit_entry_actor_idx', ['actor', 'seq'])
@Index('audit_entry_target_idx', ['target', 'seq'])
export class AuditEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  seq!: string;

  @Index('audit_entry_at_idx')
  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;

  @Column('text', { name: 'actor_kind' })
  actorKind!: 'user' | 'token' | 'hub';

  @Column('text')
  actor!: string;

  /** Of the token it was done with; the token may be gone. */
  @Column('uuid', { name: 'token_id', nullable: true })
  tokenId!: string | null;

  @Column('text')
  action!: string;

  @Column('text', { name: 'target_kind' })
  targetKind!: string;

  @Column('text')
  target!: string;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column('text', { name: 'trace_id', nullable: true })
  traceId!: string | null;

  /** JSON. */
  @Column('text', { nullable: true })
  details!: string | null;
}
