import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ name: 'workflow_version' })
export class WorkflowVersionEntity {
  @PrimaryColumn('text', { name: 'workflow_id' })
  workflowId!: string;

  /** Hash of the content. */
  @PrimaryColumn('text')
  version!: string;

  /** JSON. */
  @Column('text')
  definition!: string;

  /** Name of the caller, for versions that came through the API. */
  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
