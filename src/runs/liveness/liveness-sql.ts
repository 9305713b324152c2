import { driveTask } from '../leases/leases.js';

/** Dead: nothing heard for 8 s, or nothing for 3 s and its session (which holds the advisory lock) is gone. */
const dead = (r: string) => `(
  ${r}.heartbeat_at < clock_timestamp() - interval '8 s'
  OR (${r}.heartbeat_at < clock_timestamp() - interval '3 s' AND NOT EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND ((l.classid::bigint << 32) | l.objid::bigint) = ${r}.lock_key)))`;

/** What the liveness thread runs; it knows no SQL of its own. */
export const livenessSql = {
  register: 'INSERT INTO replica (id, lock_key, host, pid, role, job_pools) VALUES ($1, $2, $3, $4, $5, $6)',
  /** `false` while a session of ours that the server has not given up yet still holds it. */
  lock: 'SELECT pg_try_advisory_lock($1::bigint) AS locked',
  /** No row: this replica was declared dead. */
  heartbeat: 'UPDATE replica SET heartbeat_at = clock_timestamp(), job_pools = $2 WHERE id = $1 RETURNING id',
  judge: `SELECT id FROM replica r WHERE id <> $1 AND ${dead('r')}`,
  /**
   * One replica declares another dead: whoever deletes its row takes over. Raising the epoch fences every write that is
   * still on its way; `solo` runs are the ones that were alone in flight at the crash. Jobs the dead one held go back.
   */
  takeOver: `
    WITH gone AS (
      DELETE FROM replica r WHERE id = $1 AND ${dead('r')} RETURNING id, job_pools
    ), taken AS (
      UPDATE run r SET owner = NULL, lost_owner = r.owner, epoch = r.epoch + 1, suspect = true,
        crashes = r.crashes + r.solo::int, solo = false, wake_at = NULL
      FROM gone WHERE r.owner = gone.id AND r.finished_at IS NULL
      RETURNING r.id
    ), unlocked AS (
      SELECT graphile_worker.force_unlock_workers(job_pools) FROM gone
    ), hinted AS (
      SELECT graphile_worker.add_jobs(array_agg(
        ROW('${driveTask}', json_build_object('run', id), NULL, NULL, NULL, NULL, NULL, NULL)::graphile_worker.job_spec))
      FROM taken HAVING count(*) > 0
    )
    SELECT (SELECT count(*) FROM gone)::int AS gone, (SELECT count(*) FROM taken)::int AS runs,
      (SELECT count(*) FROM unlocked) AS unlocked, (SELECT count(*) FROM hinted) AS hinted`,
  leave: 'DELETE FROM replica WHERE id = $1',
} as const;
