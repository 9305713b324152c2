import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A place in a line of runs: of those that go, or of those that wait behind them. */
@Entity({ name: 'run_slot' })
@Unique('run_slot_once', ['runId', 'key'])
@Index('run_slot_line', ['workflowId', 'key', 'seq'])
@Index('run_slot_waiting', ['workflowId', 'key', 'seq'], { where: 'NOT holds' })
export class RunSlotEntity {
  /** The order of the line: given out under its lock. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  seq!: string;

  @Column('text', { name: 'workflow_id' })
  workflowId!: string;

  @Column('text')
  key!: string;

  @Column('uuid', { name: 'run_id' })
  runId!: string;

  /** How many may go at a time, as the version of this run has it. */
  @Column('integer')
  capacity!: number;

  /** True in all lines of the run, or in none. */
  @Column('boolean')
  holds!: boolean;

  /** The run was asked to end for one that came later. */
  @Column('boolean', { default: false })
  cancelling!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
