import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/** Workflows and every version of them that was ever loaded: a run keeps the version it started with. */
export class Definitions1700000000003 implements MigrationInterface {
  name = 'Definitions1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      CREATE TABLE workflow_version (
        workflow_id text NOT NULL,
        version text NOT NULL,
        definition text ${lz4} NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workflow_id, version)
      );
      CREATE TABLE workflow (
        id text PRIMARY KEY,
        current_version text NOT NULL,
        source text NOT NULL CHECK (source IN ('file', 'api', 'plugin')),
        file text,
        enabled boolean NOT NULL DEFAULT true,
        updated_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (id, current_version) REFERENCES workflow_version (workflow_id, version)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
