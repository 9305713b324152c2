import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Browser sessions: each hangs on the token it was opened with and goes with it. Only the SHA-256 of the cookie is kept. */
export class Sessions1700000000007 implements MigrationInterface {
  name = 'Sessions1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE session (
        hash bytea PRIMARY KEY,
        token_id uuid NOT NULL CONSTRAINT session_token_fk REFERENCES token (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX session_token_idx ON session (token_id);
      CREATE INDEX session_expires_idx ON session (expires_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
