import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was decided about each alert that a workflow's `on.alert` asked for. The row is the decision: cooldown and guard
 * count rows, and an alert that is dispatched again finds its own. Kept 30 days, which is the longest cooldown and window.
 */
export class Alerts1700000000009 implements MigrationInterface {
  name = 'Alerts1700000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alert_start (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        workflow_id text NOT NULL,
        occurrence text NOT NULL,
        entry text NOT NULL,
        target text NOT NULL,
        alert text NOT NULL,
        decision text NOT NULL,
        at timestamptz NOT NULL,
        run_id uuid,
        error text,
        CONSTRAINT alert_start_once UNIQUE (workflow_id, occurrence)
      );
      CREATE INDEX alert_start_list ON alert_start (workflow_id, seq);
      CREATE INDEX alert_start_window ON alert_start (workflow_id, entry, decision, at);
      CREATE INDEX alert_start_old ON alert_start (at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
