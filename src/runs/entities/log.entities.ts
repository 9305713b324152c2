import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One event of a run's log. */
@Entity({ name: 'run_event' })
export class RunEventEntity {
  @PrimaryColumn('uuid', { name: 'run_id' })
  runId!: string;

  @PrimaryColumn('integer')
  seq!: number;

  @Column('text')
  type!: string;

  /** JSON of the event without `type` and `at`. */
  @Column('text')
  data!: string;

  @Column('timestamptz')
  at!: Date;
}

/** One line that a step logged. */
@Entity({ name: 'run_log' })
export class RunLogEntity {
  @PrimaryColumn('uuid', { name: 'run_id' })
  runId!: string;

  @PrimaryColumn('bigint', { default: () => `nextval('run_log_seq')` })
  seq!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('text')
  level!: string;

  @Column('text')
  step!: string;

  @Column('integer')
  attempt!: number;

  @Column('text')
  message!: string;

  /** JSON. */
  @Column('text', { nullable: true })
  fields!: string | null;
}
