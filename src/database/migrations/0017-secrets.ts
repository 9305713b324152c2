import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Values of secrets, sealed (AES-256-GCM) with a key that is never in the database; `key_id` says with which. */
export class Secrets1700000000017 implements MigrationInterface {
  name = 'Secrets1700000000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE stored_secret (
        name text PRIMARY KEY,
        version integer NOT NULL,
        key_id text NOT NULL,
        nonce bytea NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        updated_by text NOT NULL
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
