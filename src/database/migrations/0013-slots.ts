import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which runs go, and which wait their turn: one row for each place that a run needs. A line is a workflow and a key; its
 * rows stand in the order of `seq`, and a run goes when it is among the first `capacity` of all lines it stands in.
 */
export class Slots1700000000013 implements MigrationInterface {
  name = 'Slots1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE run_slot (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        workflow_id text NOT NULL,
        key text NOT NULL,
        run_id uuid NOT NULL,
        capacity integer NOT NULL,
        holds boolean NOT NULL,
        cancelling boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT run_slot_once UNIQUE (run_id, key)
      );
      CREATE INDEX run_slot_line ON run_slot (workflow_id, key, seq);
      CREATE INDEX run_slot_waiting ON run_slot (workflow_id, key, seq) WHERE NOT holds;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
