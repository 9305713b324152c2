/** Rows of the line of `s` that stand before it: whether they are fewer than its capacity. Reads no more than that many. */
const fits = `(SELECT count(*) FROM (
    SELECT FROM run_slot p WHERE p.workflow_id = s.workflow_id AND p.key = s.key AND p.seq < s.seq ORDER BY p.seq LIMIT s.capacity
  ) ahead) < s.capacity`;

/** Due now, not since it was asked for: it has waited for its turn, and not for a replica. */
const goes = (ready: string) => `
  ), woken AS (
    UPDATE run r SET wake_at = clock_timestamp() FROM ${ready} WHERE r.id = ${ready}.run_id AND r.finished_at IS NULL RETURNING r.id
  ), held AS (
    UPDATE run_slot s SET holds = true FROM woken WHERE s.run_id = woken.id
  )
  SELECT id FROM woken`;

export const slotSql = {
  /** One order for all replicas, by the lock itself: nobody waits for a lock while holding a later one. */
  lock: `
    SELECT pg_advisory_xact_lock(line) FROM (
      SELECT DISTINCT hashtextextended('run_slot ' || workflow_id || ' ' || key, 0) AS line
      FROM unnest($1::text[], $2::text[]) AS l(workflow_id, key) ORDER BY line
    ) lines`,

  /** Who stands in these lines of a workflow. `staying`: was not asked to end. */
  taken: `
    SELECT l.key, count(s.seq)::int AS taken, (count(s.seq) FILTER (WHERE NOT s.cancelling))::int AS staying
    FROM unnest($2::text[]) AS l(key) LEFT JOIN run_slot s ON s.workflow_id = $1 AND s.key = l.key GROUP BY l.key`,

  /** Marks the oldest runs of a line as asked to end. */
  cancelOldest: `
    UPDATE run_slot SET cancelling = true WHERE seq IN (
      SELECT seq FROM run_slot WHERE workflow_id = $1 AND key = $2 AND NOT cancelling ORDER BY seq LIMIT $3)
    RETURNING run_id`,

  take: `
    INSERT INTO run_slot (workflow_id, key, run_id, capacity, holds)
    SELECT $1, key, $2, capacity, $3 FROM unnest($4::text[], $5::int[]) AS l(key, capacity)`,

  wait: `UPDATE run SET wake_at = 'infinity' WHERE id = $1`,

  /**
   * Who may go now that somebody of these lines has ended. It needs no lock: rows are added at the end of a line only, so
   * whoever is far enough in front stays so, and the last of two that end at once sees what both gave back. A start that
   * counts somebody who ends before it is committed is not seen by that end: it asks for itself afterwards. The run's row
   * is locked before its slots, as the journal does. The first waiter's capacity bounds what is read of a line.
   */
  promote: `
    WITH ready AS (
      SELECT DISTINCT q.run_id FROM unnest($1::text[], $2::text[]) AS l(workflow_id, key)
      CROSS JOIN LATERAL (
        SELECT run_id, holds, capacity, row_number() OVER (ORDER BY seq) AS place FROM (
          SELECT run_id, holds, capacity, seq FROM run_slot h WHERE h.workflow_id = l.workflow_id AND h.key = l.key ORDER BY seq
          LIMIT (SELECT w.capacity FROM run_slot w WHERE w.workflow_id = l.workflow_id AND w.key = l.key AND NOT w.holds ORDER BY w.seq LIMIT 1)
        ) head
      ) q
      WHERE NOT q.holds AND q.place <= q.capacity
        AND NOT EXISTS (SELECT FROM run_slot s WHERE s.run_id = q.run_id AND NOT ${fits})
    ${goes('ready')}`,

  /** The same for all lines, after a crash between an end and its promotion. Reads every line in which somebody waits. */
  promoteAll: `
    WITH places AS (
      SELECT run_id, holds, capacity, row_number() OVER (PARTITION BY workflow_id, key ORDER BY seq) AS place FROM run_slot
      WHERE (workflow_id, key) IN (SELECT workflow_id, key FROM run_slot WHERE NOT holds)
    ), ready AS (
      SELECT run_id FROM places GROUP BY run_id HAVING bool_and(place <= capacity) AND NOT bool_and(holds)
    ${goes('ready')}`,

  /** Runs that hold all they need and were put to rest as if they did not: they were in memory while they were promoted. */
  forgotten: `
    UPDATE run r SET wake_at = clock_timestamp()
    WHERE owner IS NULL AND finished_at IS NULL AND wake_at = 'infinity' AND status = 'queued'
      AND id IN (SELECT run_id FROM run_slot GROUP BY run_id HAVING bool_and(holds))
    RETURNING r.id`,

  /** Places of runs that have ended without giving them back, or are gone: nothing does that, and nothing may wait for it. */
  abandoned: `
    DELETE FROM run_slot s WHERE created_at < clock_timestamp() - interval '1 minute'
      AND NOT EXISTS (SELECT FROM run r WHERE r.id = s.run_id AND r.finished_at IS NULL)`,
} as const;
