import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from './principal.js';

/** Somebody whom tokens act for. */
@Entity({ name: 'hub_user' })
@Check('hub_user_role_check', `role IN ('viewer', 'operator', 'admin')`)
export class UserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { unique: true })
  name!: string;

  @Column('text', { name: 'display_name', nullable: true })
  displayName!: string | null;

  @Column('text')
  role!: Role;

  @Column('boolean', { default: false })
  approver!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** Since then no token of theirs is believed. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
}
