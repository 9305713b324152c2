import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/**
 * Events, whoever published them. `(source, id)` is the event: the second of two is not stored. Rows stay 30 days after
 * they were dispatched, as long as `trigger_dedupe` remembers them; the retention issue deletes by `dispatched_at`.
 */
export class Events1700000000004 implements MigrationInterface {
  name = 'Events1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      CREATE TABLE event (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL,
        source text NOT NULL,
        type text NOT NULL,
        subject text,
        time timestamptz,
        data text ${lz4},
        traceparent text,
        attributes text ${lz4},
        received_at timestamptz NOT NULL DEFAULT now(),
        dispatched_at timestamptz,
        CONSTRAINT event_once UNIQUE (source, id)
      );
      CREATE INDEX event_to_dispatch ON event (seq) WHERE dispatched_at IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
