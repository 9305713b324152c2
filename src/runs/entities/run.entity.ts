import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A run as its row says; the log (`run_event`) is the truth about its steps. Partitioned by the time inside `id`. */
@Entity({ name: 'run' })
@Index('run_open', ['owner', 'wakeAt'], { where: 'finished_at IS NULL' })
@Index('run_by_workflow', ['workflowId', 'id'])
@Index('run_unsuccessful', ['status', 'id'], { where: `(status = ANY (ARRAY['failed'::text, 'cancelled'::text]))` })
@Index('run_children', ['parentId'], { where: '((parent_id IS NOT NULL) AND (finished_at IS NULL))' })
export class RunEntity {
  /** UUIDv7. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'workflow_id' })
  workflowId!: string;

  @Column('text')
  version!: string;

  @Column('text')
  status!: string;

  @Column('text')
  trigger!: string;

  /** Raised whenever the owner changes: the fence. */
  @Column('integer')
  epoch!: number;

  /** The replica that drives it. */
  @Column('uuid', { nullable: true })
  owner!: string | null;

  /** The replica it was taken from, until the new owner's first flush. */
  @Column('uuid', { name: 'lost_owner', nullable: true })
  lostOwner!: string | null;

  /** Of its last event. */
  @Column('integer')
  seq!: number;

  /** While nobody owns it: when it is due; null = now. */
  @Column('timestamptz', { name: 'wake_at', nullable: true })
  wakeAt!: Date | null;

  @Column('boolean', { default: false })
  suspect!: boolean;

  @Column('boolean', { default: false })
  solo!: boolean;

  /** Consecutive crashes at which a step of it was alone in flight. */
  @Column('integer', { default: 0 })
  crashes!: number;

  /** JSON. */
  @Column('text', { nullable: true })
  error!: string | null;

  @Column('double precision', { name: 'cost_usd', default: 0 })
  costUsd!: number;

  @Column('double precision', { name: 'active_ms', default: 0 })
  activeMs!: number;

  @Column('text', { name: 'trace_id' })
  traceId!: string;

  @Column('text', { name: 'span_id' })
  spanId!: string;

  /** Of what asked for the run. */
  @Column('text', { nullable: true })
  traceparent!: string | null;

  /** The run that this one is a step of, and that waits for it. */
  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
