import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a lane may be handled next. Locked by who handles it; absent until somebody first looks at the lane. */
@Entity({ name: 'plugin_queue_lane' })
export class PluginQueueLaneEntity {
  @PrimaryColumn('text')
  plugin!: string;

  @PrimaryColumn('text')
  lane!: string;

  @Column('timestamptz', { name: 'next_at', default: () => 'now()' })
  nextAt!: Date;

  /** Deliveries that failed in a row. */
  @Column('integer', { default: 0 })
  failures!: number;
}
