import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** A signal to a run: an event that its owner has not taken yet. */
@Entity({ name: 'run_inbox' })
export class RunInboxEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Index('run_inbox_by_run')
  @Column('uuid', { name: 'run_id' })
  runId!: string;

  /** The event's type. */
  @Column('text')
  kind!: string;

  @Column('text')
  data!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** One key starts one run. */
@Entity({ name: 'trigger_dedupe' })
export class TriggerDedupeEntity {
  @PrimaryColumn('text')
  kind!: string;

  @PrimaryColumn('text', { name: 'workflow_id' })
  workflowId!: string;

  @PrimaryColumn('text')
  key!: string;

  @Column('uuid', { name: 'run_id' })
  runId!: string;

  @Column('text', { nullable: true })
  fingerprint!: string | null;

  @Index('trigger_dedupe_by_age')
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** A process that may own runs, for as long as its heartbeat is young. */
@Entity({ name: 'replica' })
export class ReplicaEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('bigint', { name: 'lock_key' })
  lockKey!: string;

  @Column('text')
  host!: string;

  @Column('integer')
  pid!: number;

  @Column('text')
  role!: string;

  /** Under these names it locks jobs. */
  @Column('text', { name: 'job_pools', array: true, default: '{}' })
  jobPools!: string[];

  @Column('timestamptz', { name: 'started_at', default: () => 'clock_timestamp()' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'heartbeat_at', default: () => 'clock_timestamp()' })
  heartbeatAt!: Date;
}
