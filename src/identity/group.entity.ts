import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { UserEntity } from './user.entity.js';

/** Users under one name, for approvals. */
@Entity({ name: 'hub_group' })
export class GroupEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { unique: true })
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

@Entity({ name: 'hub_group_member' })
export class GroupMemberEntity {
  @PrimaryColumn('uuid', { name: 'group_id' })
  groupId!: string;

  @Index('hub_group_member_user_idx')
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  /** Never loaded; the foreign keys that end a membership. */
  @ManyToOne(() => GroupEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'group_id', foreignKeyConstraintName: 'hub_group_member_group_fk' })
  group?: GroupEntity;

  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'hub_group_member_user_fk' })
  user?: UserEntity;
}
