import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/**
 * What plugins keep in the hub: small records, and what waits in their queues. A lane's row says when it may be handled
 * next, and is locked by the replica that handles it; it is made when the lane is first looked at, so that adding an item
 * never waits for a handler. Items that are done stay for a while, so that a late copy is known.
 */
export class Plugins1700000000008 implements MigrationInterface {
  name = 'Plugins1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      CREATE TABLE plugin_record (
        plugin text NOT NULL,
        key text COLLATE "C" NOT NULL,
        value text ${lz4} NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (plugin, key)
      );
      CREATE TABLE plugin_queue_lane (
        plugin text NOT NULL,
        lane text NOT NULL,
        next_at timestamptz NOT NULL DEFAULT now(),
        failures integer NOT NULL DEFAULT 0,
        PRIMARY KEY (plugin, lane)
      );
      CREATE TABLE plugin_queue_item (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plugin text NOT NULL,
        lane text NOT NULL,
        id text NOT NULL,
        data text ${lz4} NOT NULL,
        added_at timestamptz NOT NULL DEFAULT now(),
        done_at timestamptz,
        CONSTRAINT plugin_queue_item_once UNIQUE (plugin, id)
      );
      CREATE INDEX plugin_queue_item_waiting ON plugin_queue_item (plugin, lane, seq) WHERE done_at IS NULL;
      CREATE INDEX plugin_queue_item_done ON plugin_queue_item (done_at) WHERE done_at IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
