import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API tokens; only their SHA-256 is kept. */
export class Tokens1700000000006 implements MigrationInterface {
  name = 'Tokens1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE token (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        hash bytea NOT NULL UNIQUE,
        role text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
        approver boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        last_used_at timestamptz
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
