import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One row, counted up by every change of users, groups, tokens and secrets. */
@Entity({ name: 'identity_version' })
export class IdentityVersionEntity {
  @PrimaryColumn('integer')
  id!: number;

  @Column('bigint')
  version!: string;
}
