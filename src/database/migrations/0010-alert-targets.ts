import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A cooldown asks for the starts of one target, of which a storm has many: without this it would read those of all. */
export class AlertTargets1700000000010 implements MigrationInterface {
  name = 'AlertTargets1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX alert_start_target ON alert_start (workflow_id, entry, decision, target, at)');
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
