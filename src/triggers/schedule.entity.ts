import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** When a cron line fires next: the truth, whoever looks after it. */
@Entity({ name: 'schedule' })
export class ScheduleEntity {
  @PrimaryColumn('text', { name: 'workflow_id' })
  workflowId!: string;

  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  cron!: string;

  @Column('text')
  timezone!: string;

  /** JSON. */
  @Column('text', { nullable: true })
  input!: string | null;

  /** What is done about fires that were missed: none, latest, all. */
  @Column('text', { name: 'catch_up', default: 'none' })
  catchUp!: string;

  /** What is done about a fire while the run before still goes: allow, skip, queue, cancel-previous. */
  @Column('text', { default: 'allow' })
  overlap!: string;

  /** null = never. */
  @Index('schedule_due')
  @Column('timestamptz', { name: 'next_at', nullable: true })
  nextAt!: Date | null;

  @Column('timestamptz', { name: 'last_at', nullable: true })
  lastAt!: Date | null;

  @Column('uuid', { name: 'last_run_id', nullable: true })
  lastRunId!: string | null;
}
