import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Events of one key of an `on.event` with `debounce`, until the run that they start together is due. */
@Entity({ name: 'event_burst' })
export class EventBurstEntity {
  @PrimaryColumn('text', { name: 'workflow_id' })
  workflowId!: string;

  /** Names the entry of `on.event` by its content. */
  @PrimaryColumn('text')
  entry!: string;

  @PrimaryColumn('text')
  key!: string;

  /** The last event. */
  @Column('bigint', { name: 'event_seq' })
  eventSeq!: string;

  @Column('integer')
  events!: number;

  /** JSON, of the last event. */
  @Column('text')
  input!: string;

  @Column('timestamptz', { name: 'first_at' })
  firstAt!: Date;

  @Index('event_burst_due')
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;
}
