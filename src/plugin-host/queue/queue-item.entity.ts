import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** What a plugin put in its queue. */
@Entity({ name: 'plugin_queue_item' })
@Unique('plugin_queue_item_once', ['plugin', 'id'])
@Index('plugin_queue_item_waiting', ['plugin', 'lane', 'seq'], { where: 'done_at IS NULL' })
@Index('plugin_queue_item_done', ['doneAt'], { where: 'done_at IS NOT NULL' })
export class PluginQueueItemEntity {
  /** The order in which items were added. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  seq!: string;

  @Column('text')
  plugin!: string;

  @Column('text')
  lane!: string;

  @Column('text')
  id!: string;

  /** JSON. */
  @Column('text')
  data!: string;

  @Column('timestamptz', { name: 'added_at', default: () => 'now()' })
  addedAt!: Date;

  /** null = waits. */
  @Column('timestamptz', { name: 'done_at', nullable: true })
  doneAt!: Date | null;
}
