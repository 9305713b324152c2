import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * One row, which every change of a workflow locks and counts up: changes have an order, and a replica that has seen
 * revision n has seen all up to n. A sequence would not do: its numbers can become visible out of order.
 */
@Entity({ name: 'workflow_revision' })
@Check('workflow_revision_one_check', 'one')
export class WorkflowRevisionEntity {
  @PrimaryColumn('boolean', { default: true })
  one!: boolean;

  @Column('bigint', { default: 0 })
  revision!: string;
}
