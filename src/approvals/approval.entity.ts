import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

export const approvalStatuses = ['pending', 'approved', 'rejected', 'expired', 'cancelled'] as const;

export type ApprovalStatus = (typeof approvalStatuses)[number];

/** Something that a step of a run asks people for. */
@Entity({ name: 'approval' })
@Unique('approval_once', ['runId', 'step'])
@Index('approval_by_status', ['status', 'id'])
export class ApprovalEntity {
  /** UUIDv7. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'run_id' })
  runId!: string;

  @Column('text', { name: 'workflow_id' })
  workflowId!: string;

  /** Path of the step. */
  @Column('text')
  step!: string;

  @Column('text')
  message!: string;

  /** `user:`, `group:`, `role:`. */
  @Column('text', { array: true })
  approvers!: string[];

  @Column('text', { default: 'pending' })
  status!: ApprovalStatus;

  @Column('timestamptz', { name: 'requested_at' })
  requestedAt!: Date;

  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt!: Date | null;

  @Column('text', { name: 'decided_by', nullable: true })
  decidedBy!: string | null;

  @Column('text', { nullable: true })
  comment!: string | null;

  /** JSON. */
  @Column('text', { nullable: true })
  data!: string | null;
}
