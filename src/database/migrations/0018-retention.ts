import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What retention looks for: keys by their age. Runs, their logs and events go by keys they have already. */
export class Retention1700000000018 implements MigrationInterface {
  name = 'Retention1700000000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX trigger_dedupe_by_age ON trigger_dedupe (created_at)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
