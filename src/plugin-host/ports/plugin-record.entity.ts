import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One entry of a plugin's store. */
@Entity({ name: 'plugin_record' })
export class PluginRecordEntity {
  @PrimaryColumn('text')
  plugin!: string;

  /** Ordered byte by byte, whatever the database's language. */
  @PrimaryColumn('text', { collation: 'C' })
  key!: string;

  /** JSON. */
  @Column('text')
  value!: string;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
