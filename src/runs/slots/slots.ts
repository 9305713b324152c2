import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { messageOf } from '../../errors/index.js';
import { Jobs } from '../../jobs/index.js';
import { driveTask } from '../leases/leases.js';
import type { SlotLines } from './slot-request.js';
import { slotSql } from './slot-sql.js';

interface Promoted {
  readonly id: string;
}

/** Lets the next one go when a run has given back its places. */
@Injectable()
export class Slots {
  readonly #log = new Logger('Slots');

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
  ) {}

  /** Runs of these lines have ended, durably. Never rejects: what fails here the sweeper does. */
  async freed(lines: readonly SlotLines[]): Promise<void> {
    const all = lines.flatMap(({ workflow, keys }) => keys.map((key) => ({ workflow, key })));
    try {
      const { rows } = await this.database.pool.query<Promoted>(slotSql.promote, [
        all.map(({ workflow }) => workflow),
        all.map(({ key }) => key),
      ]);
      await this.#hint(rows);
    } catch (thrown) {
      this.#log.warn(`runs that wait for a place wait for the next sweep: ${messageOf(thrown)}`);
    }
  }

  /** What a crash forgot. */
  async sweep(): Promise<void> {
    await this.database.pool.query(slotSql.abandoned);
    for (const sql of [slotSql.promoteAll, slotSql.forgotten]) {
      const { rows } = await this.database.pool.query<Promoted>(sql);
      await this.#hint(rows);
    }
  }

  #hint(runs: readonly Promoted[]): Promise<void> {
    return this.jobs.enqueue(
      this.database.pool,
      runs.map(({ id }) => ({ task: driveTask, payload: { run: id } })),
    );
  }
}
