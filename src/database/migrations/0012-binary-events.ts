import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/** What an event carries that is not JSON. */
export class BinaryEvents1700000000012 implements MigrationInterface {
  name = 'BinaryEvents1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE event ADD COLUMN data_base64 text ${await lz4Clause(runner)}`);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
