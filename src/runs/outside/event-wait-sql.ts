import { eventColumns } from '../../events/index.js';

export interface EventWaitRow {
  readonly run_id: string;
  readonly step: string;
  readonly workflow_id: string;
  readonly version: string;
  readonly scope: string;
}

export const waitSql = {
  register: `
    INSERT INTO event_wait (run_id, step, type, path, value, workflow_id, version, scope, started_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (run_id, step) DO UPDATE SET path = excluded.path, value = excluded.value, scope = excluded.scope`,

  forget: 'DELETE FROM event_wait WHERE run_id = $1 AND step = $2',

  /** Which of these types are waited for, and the few paths that waits of each have, every one found by one step through the index. */
  places: `
    WITH RECURSIVE p AS (
      SELECT t.type, (SELECT w.path FROM event_wait w WHERE w.type = t.type ORDER BY w.path LIMIT 1) AS path
      FROM unnest($1::text[]) AS t(type)
      UNION ALL
      SELECT p.type, (SELECT w.path FROM event_wait w WHERE w.type = p.type AND w.path > p.path ORDER BY w.path LIMIT 1)
      FROM p WHERE p.path IS NOT NULL
    ) SELECT type, path FROM p WHERE path IS NOT NULL`,

  candidates: `
    SELECT run_id, step, workflow_id, version, scope FROM event_wait
    WHERE type = $1 AND path = $2 AND value = $3 AND (run_id, step) > ($4, $5) ORDER BY run_id, step LIMIT $6`,

  /**
   * A wait is over with the first event that matches it: whoever takes its row tells the run. Not with the event that
   * started the run, nor with one that came before it: both may be dispatched, again or late, while the run waits already.
   */
  deliver: `
    WITH w AS (
      DELETE FROM event_wait w WHERE (run_id, step) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
        AND started_by IS DISTINCT FROM $4
        AND NOT EXISTS (SELECT FROM run r JOIN event e ON e.seq = $5 AND e.received_at < r.created_at WHERE r.id = w.run_id)
      RETURNING run_id, step
    ), i AS (
      INSERT INTO run_inbox (run_id, kind, data)
      SELECT run_id, 'EventReceived', json_build_object('step', step, 'event', $3::json)::text FROM w
    )
    SELECT run_id AS id FROM w`,

  /**
   * An event may be for these runs, whose version this hub cannot read, as that of a newer hub beside it: whoever can
   * drive them registers their waits again, and looks back.
   */
  lookBackLater: `
    UPDATE run SET wake_at = least(wake_at, clock_timestamp() + interval '30 s')
    WHERE id = ANY ($1::uuid[]) AND owner IS NULL AND finished_at IS NULL AND wake_at IS NOT NULL`,

  /** What came since the run was created, but the event that started it. */
  since: `
    SELECT ${eventColumns} FROM event
    WHERE type = $1 AND received_at >= (SELECT created_at FROM run WHERE id = $2) AND seq > $3 ORDER BY seq LIMIT $4`,

  /** Left behind by runs that ended meanwhile. */
  sweep: `DELETE FROM event_wait w WHERE NOT EXISTS (SELECT FROM run r WHERE r.id = w.run_id AND r.finished_at IS NULL)`,
} as const;
