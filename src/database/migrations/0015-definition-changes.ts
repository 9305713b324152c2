import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Workflows that change while the hub runs. `enabled` is what a person wants, `gone` that the file or plugin is not there:
 * a workflow that somebody disabled stays so when its file comes back.
 */
export class DefinitionChanges1700000000015 implements MigrationInterface {
  name = 'DefinitionChanges1700000000015';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE workflow
        ADD COLUMN plugin text,
        ADD COLUMN gone boolean NOT NULL DEFAULT false,
        ADD COLUMN disabled_by text;
      UPDATE workflow SET gone = true, enabled = true WHERE source = 'file' AND file IS NULL;
      ALTER TABLE workflow_version ADD COLUMN created_by text;
      CREATE TABLE workflow_revision (
        one boolean PRIMARY KEY DEFAULT true CONSTRAINT workflow_revision_one_check CHECK (one),
        revision bigint NOT NULL DEFAULT 0
      );
      INSERT INTO workflow_revision DEFAULT VALUES;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
