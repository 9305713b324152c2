import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/** When each cron line of an enabled workflow fires next: the truth about schedules. Timers in the hub only look here. */
export class Schedules1700000000005 implements MigrationInterface {
  name = 'Schedules1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      CREATE TABLE schedule (
        workflow_id text NOT NULL,
        key text NOT NULL,
        cron text NOT NULL,
        timezone text NOT NULL,
        input text ${lz4},
        next_at timestamptz,
        last_at timestamptz,
        last_run_id uuid,
        PRIMARY KEY (workflow_id, key)
      );
      CREATE INDEX schedule_due ON schedule (next_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
