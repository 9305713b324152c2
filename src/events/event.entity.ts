import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity({ name: 'event' })
@Index('event_to_dispatch', ['seq'], { where: 'dispatched_at IS NULL' })
@Index('event_by_type', ['type', 'receivedAt'])
@Unique('event_once', ['source', 'id'])
export class EventEntity {
  /** Order of arrival, more or less: transactions commit in any order. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  seq!: string;

  @Column('text')
  id!: string;

  @Column('text')
  source!: string;

  @Column('text')
  type!: string;

  @Column('text', { nullable: true })
  subject!: string | null;

  @Column('timestamptz', { nullable: true })
  time!: Date | null;

  /** JSON. */
  @Column('text', { nullable: true })
  data!: string | null;

  /** Instead of `data`, when it is not JSON. */
  @Column('text', { name: 'data_base64', nullable: true })
  dataBase64!: string | null;

  @Column('text', { nullable: true })
  traceparent!: string | null;

  /** JSON object of the other CloudEvents attributes. */
  @Column('text', { nullable: true })
  attributes!: string | null;

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt!: Date;

  /** When every run it starts was durable; null = still to do. */
  @Column('timestamptz', { name: 'dispatched_at', nullable: true })
  dispatchedAt!: Date | null;
}
