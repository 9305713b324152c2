import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/**
 * What a schedule does about fires that were missed or that meet a run under way; and bursts of events that wait for
 * their end (`debounce`). A burst is one row: the last event of its key, its input, and when the run is due.
 */
export class CatchUpAndBursts1700000000014 implements MigrationInterface {
  name = 'CatchUpAndBursts1700000000014';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      ALTER TABLE schedule
        ADD COLUMN catch_up text NOT NULL DEFAULT 'none',
        ADD COLUMN overlap text NOT NULL DEFAULT 'allow';

      CREATE TABLE event_burst (
        workflow_id text NOT NULL,
        entry text NOT NULL,
        key text NOT NULL,
        event_seq bigint NOT NULL,
        events integer NOT NULL,
        input text ${lz4} NOT NULL,
        first_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        PRIMARY KEY (workflow_id, entry, key)
      );
      CREATE INDEX event_burst_due ON event_burst (due_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
