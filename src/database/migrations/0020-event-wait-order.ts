import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The index gives the waits of one place in the order in which they are paged through, so that no page sorts them all.
 * `started_by`: hash of source and id of the event that started the run, which is not what it waits for.
 */
export class EventWaitOrder1700000000020 implements MigrationInterface {
  name = 'EventWaitOrder1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE event_wait ADD COLUMN started_by text;
      CREATE INDEX event_wait_in_order ON event_wait (type, path, value, run_id, step);
      DROP INDEX event_wait_by_value;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
