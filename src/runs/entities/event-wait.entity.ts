import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A run that waits for an event, as whoever sees an event needs to know it. */
@Entity({ name: 'event_wait' })
@Index('event_wait_in_order', ['type', 'path', 'value', 'runId', 'step'])
export class EventWaitEntity {
  @PrimaryColumn('uuid', { name: 'run_id' })
  runId!: string;

  /** Path of the step. */
  @PrimaryColumn('text')
  step!: string;

  /** CloudEvents `type`. */
  @Column('text')
  type!: string;

  /** Keys below the event, as JSON; empty = any event of the type may match. */
  @Column('text')
  path!: string;

  /** SHA-256 of the canonical JSON that must stand there. */
  @Column('text')
  value!: string;

  @Column('text', { name: 'workflow_id' })
  workflowId!: string;

  @Column('text')
  version!: string;

  /** JSON: what the condition reads of the run. */
  @Column('text')
  scope!: string;

  /** SHA-256 of source and id of the event that started the run. */
  @Column('text', { name: 'started_by', nullable: true })
  startedBy!: string | null;
}
