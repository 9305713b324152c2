import { Logger, makeWorkerUtils } from 'graphile-worker';
import type { Database } from '../database/index.js';

/**
 * Deletes jobs that nobody will ever do: their last try has passed, or one with their key took their place while a worker
 * that died held them. Only those that no worker holds.
 */
export async function deleteDeadJobs(database: Database): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool: database.pool, logger: new Logger(() => () => undefined) });
  try {
    await utils.cleanup({ tasks: ['DELETE_PERMAFAILED_JOBS'] });
  } finally {
    await utils.release();
  }
}
