import {
  type NewQueueItem,
  PluginQueue,
  type QueueHandler,
  type QueueOptions,
  type LaneState,
} from '@commandcenter/sdk';
import type { Database } from '../../database/index.js';
import type { PluginLife } from '../life/plugin-life.js';
import { onDatabase } from '../ports/port-errors.js';
import { handledQueue } from './handled-queue.js';
import { checkItems } from './new-items.js';
import type { QueueLoop } from './queue-loop.js';
import { sql } from './queue-sql.js';

/** Two calls that add the same items in another order wait for each other: PostgreSQL ends one, which then tries again. */
const DEADLOCK = '40P01';
const MOST_TRIES = 5;

/** The queue of one plugin. */
export class HubPluginQueue extends PluginQueue {
  constructor(
    private readonly plugin: string,
    private readonly database: Database,
    private readonly loop: QueueLoop,
    private readonly life?: PluginLife,
  ) {
    super();
  }

  async add(items: readonly NewQueueItem[]) {
    const { lanes, ids, data } = checkItems(this.plugin, items);
    if (items.length === 0) return { added: 0, duplicate: 0 };
    const added = await onDatabase(`The items of plugin ${this.plugin} were not stored`, () =>
      this.#insert([this.plugin, lanes, ids, data]),
    );
    if (added > 0) this.loop.nudge();
    return { added, duplicate: items.length - added };
  }

  handle<Data>(handler: QueueHandler<Data>, options?: QueueOptions): void {
    // One that was given up while it started may come here late.
    if (this.life?.failure !== undefined) throw this.life.failure;
    this.loop.handle(handledQueue(this.plugin, handler as QueueHandler, options));
    this.life?.onBreak(() => this.loop.abandon(this.plugin));
  }

  lanes() {
    return onDatabase(`The lanes of plugin ${this.plugin} were not read`, async () => {
      const { rows } = await this.database.pool.query<LaneState>(sql.lanes, [this.plugin]);
      return rows;
    });
  }

  async #insert(columns: unknown[]): Promise<number> {
    for (let tries = 1; ; tries++) {
      try {
        const { rowCount } = await this.database.pool.query(sql.add, columns);
        return rowCount ?? 0;
      } catch (thrown) {
        if ((thrown as { code?: unknown }).code !== DEADLOCK || tries === MOST_TRIES) throw thrown;
      }
    }
  }
}
