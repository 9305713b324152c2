import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

export type AlertDecision = 'started' | 'cooldown' | 'guarded' | 'failed';

/** What was decided about one occurrence of an alert for one workflow. */
@Entity({ name: 'alert_start' })
@Unique('alert_start_once', ['workflowId', 'occurrence'])
@Index('alert_start_list', ['workflowId', 'seq'])
@Index('alert_start_window', ['workflowId', 'entry', 'decision', 'at'])
@Index('alert_start_target', ['workflowId', 'entry', 'decision', 'target', 'at'])
export class AlertStartEntity {
  /** Order of the decisions. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  seq!: string;

  @Column('text', { name: 'workflow_id' })
  workflowId!: string;

  /** Id of the event: fingerprint/startsAt/status. */
  @Column('text')
  occurrence!: string;

  /** Names the entry of `on.alert` by its content. */
  @Column('text')
  entry!: string;

  /** What the cooldown counts for; empty without `target`. */
  @Column('text')
  target!: string;

  /** The alert's name. */
  @Column('text')
  alert!: string;

  @Column('text')
  decision!: AlertDecision;

  @Index('alert_start_old')
  @Column('timestamptz')
  at!: Date;

  @Column('uuid', { name: 'run_id', nullable: true })
  runId!: string | null;

  /** Why a start failed for good. */
  @Column('text', { nullable: true })
  error!: string | null;
}
