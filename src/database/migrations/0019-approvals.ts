import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/** What runs ask people for. The row decides: a decision and the end of the time meet here, and one of them comes first. */
export class Approvals1700000000019 implements MigrationInterface {
  name = 'Approvals1700000000019';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      CREATE TABLE approval (
        id uuid PRIMARY KEY,
        run_id uuid NOT NULL,
        workflow_id text NOT NULL,
        step text NOT NULL,
        message text ${lz4} NOT NULL,
        approvers text[] NOT NULL,
        status text NOT NULL DEFAULT 'pending',
        requested_at timestamptz NOT NULL,
        due_at timestamptz,
        decided_at timestamptz,
        decided_by text,
        comment text,
        data text ${lz4},
        CONSTRAINT approval_once UNIQUE (run_id, step)
      );
      CREATE INDEX approval_by_status ON approval (status, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
