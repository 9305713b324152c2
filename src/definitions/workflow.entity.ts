import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { WorkflowVersionEntity } from './workflow-version.entity.js';

/** Who may change a workflow: a file, `PUT /workflows/{id}`, or a plugin. One of them, until its file or plugin is gone. */
export type WorkflowSource = 'file' | 'api' | 'plugin';

@Entity({ name: 'workflow' })
@Check('workflow_source_check', `source IN ('file', 'api', 'plugin')`)
@ForeignKey(() => WorkflowVersionEntity, ['id', 'currentVersion'], ['workflowId', 'version'], {
  name: 'workflow_id_current_version_fkey',
})
export class WorkflowEntity {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'current_version' })
  currentVersion!: string;

  @Column('text')
  source!: WorkflowSource;

  /** From the folder of commandcenter.yaml. Null when the workflow is no file, or its file was deleted. */
  @Column('text', { nullable: true })
  file!: string | null;

  /** Whose it is, when it came with a plugin. */
  @Column('text', { nullable: true })
  plugin!: string | null;

  /** What a person wants. */
  @Column('boolean', { default: true })
  enabled!: boolean;

  /** Its file was deleted, or its plugin is not loaded: it starts nothing, whatever `enabled` says. */
  @Column('boolean', { default: false })
  gone!: boolean;

  /** Name of the caller who disabled it. */
  @Column('text', { name: 'disabled_by', nullable: true })
  disabledBy!: string | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
