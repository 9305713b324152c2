import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/**
 * Runs that wait for events, and runs that are part of others. `path` and `value` are what an event must have to match
 * (both empty: every event of the type is looked at), so that one event finds its runs among any number by an index.
 */
export class Waits1700000000011 implements MigrationInterface {
  name = 'Waits1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      ALTER TABLE run ADD COLUMN parent_id uuid;
      CREATE INDEX run_children ON run (parent_id) WHERE parent_id IS NOT NULL AND finished_at IS NULL;

      CREATE TABLE event_wait (
        run_id uuid NOT NULL,
        step text NOT NULL,
        type text NOT NULL,
        path text NOT NULL,
        value text NOT NULL,
        workflow_id text NOT NULL,
        version text NOT NULL,
        scope text ${lz4} NOT NULL,
        PRIMARY KEY (run_id, step)
      );
      CREATE INDEX event_wait_by_value ON event_wait (type, path, value, run_id);
      CREATE INDEX event_by_type ON event (type, received_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
