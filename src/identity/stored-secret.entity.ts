import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The value of a secret, sealed. */
@Entity({ name: 'stored_secret' })
export class StoredSecretEntity {
  @PrimaryColumn('text')
  name!: string;

  /** Counts the values it had. */
  @Column('integer')
  version!: number;

  /** Which key seals it. */
  @Column('text', { name: 'key_id' })
  keyId!: string;

  @Column('bytea')
  nonce!: Buffer;

  /** Ciphertext, then the tag. */
  @Column('bytea')
  sealed!: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  @Column('text', { name: 'updated_by' })
  updatedBy!: string;
}
