/** Every statement of the queues. Times are the database's: replicas' clocks differ. */
export const sql = {
  /** In the order given: `seq` is handed out as the rows come. */
  add: `
    INSERT INTO plugin_queue_item (plugin, lane, id, data)
    SELECT $1, lane, id, data
    FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS item (lane, id, data, n) ORDER BY n
    ON CONFLICT (plugin, id) DO NOTHING`,

  lanes: `
    SELECT lane, count(*)::int AS waiting, min(added_at) AS "oldestAt", coalesce(min(l.failures), 0) AS failures
    FROM plugin_queue_item i LEFT JOIN plugin_queue_lane l USING (plugin, lane)
    WHERE plugin = $1 AND done_at IS NULL
    GROUP BY lane ORDER BY lane`,

  /**
   * Lanes that may be handled now, longest due first: $4 that failed the last time, and $4 that did not. It steps from lane to lane through the index of what waits: one
   * look where nothing waits, and one for each lane however much waits in it. No row = nobody looked at the lane yet.
   */
  due: `
    WITH RECURSIVE waiting AS (
      (SELECT plugin, lane FROM plugin_queue_item WHERE done_at IS NULL ORDER BY plugin, lane LIMIT 1)
      UNION ALL
      SELECT following.* FROM waiting, LATERAL (
        SELECT plugin, lane FROM plugin_queue_item i
        WHERE done_at IS NULL AND (i.plugin, i.lane) > (waiting.plugin, waiting.lane)
        ORDER BY plugin, lane LIMIT 1
      ) following
    )
    SELECT plugin, lane, failing FROM (
      SELECT *, row_number() OVER (PARTITION BY failing ORDER BY next_at NULLS FIRST, plugin, lane) AS place FROM (
        SELECT plugin, lane, next_at, coalesce(failures, 0) > 0 AS failing
        FROM waiting LEFT JOIN plugin_queue_lane l USING (plugin, lane)
        WHERE plugin = ANY ($1) AND (next_at IS NULL OR next_at <= clock_timestamp())
          AND NOT (plugin, lane) IN (SELECT * FROM unnest($2::text[], $3::text[]))
      ) AS found
    ) AS placed
    WHERE place <= $4 ORDER BY next_at NULLS FIRST, plugin, lane`,

  ensureLane: `INSERT INTO plugin_queue_lane (plugin, lane) VALUES ($1, $2) ON CONFLICT DO NOTHING`,

  /** No row: another replica has it, or it rests. */
  claim: `
    SELECT failures FROM plugin_queue_lane
    WHERE plugin = $1 AND lane = $2 AND next_at <= clock_timestamp() FOR UPDATE SKIP LOCKED`,

  /** The oldest $3 items, and no more than $4 bytes of them, but for the first: it comes however large it is. */
  items: `
    SELECT seq, id, data, "addedAt" FROM (
      SELECT seq, id, data, added_at AS "addedAt", sum(octet_length(data)) OVER (ORDER BY seq) - octet_length(data) AS before
      FROM (
        SELECT * FROM plugin_queue_item WHERE plugin = $1 AND lane = $2 AND done_at IS NULL ORDER BY seq LIMIT $3
      ) AS oldest
    ) AS sized WHERE before = 0 OR before < $4 ORDER BY seq`,

  more: `SELECT count(*)::int AS more FROM plugin_queue_item WHERE plugin = $1 AND lane = $2 AND done_at IS NULL AND seq > $3`,

  done: `UPDATE plugin_queue_item SET done_at = clock_timestamp() WHERE seq = ANY ($1::bigint[])`,

  rest: `
    UPDATE plugin_queue_lane SET failures = $3, next_at = clock_timestamp() + $4 * interval '1 ms'
    WHERE plugin = $1 AND lane = $2`,

  /** What is remembered of items that are done, so that a late copy is known as one. */
  forgetItems: `
    DELETE FROM plugin_queue_item WHERE seq IN (
      SELECT seq FROM plugin_queue_item WHERE done_at < now() - interval '7 days'
      ORDER BY done_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    )`,

  /** Lanes where nothing waits and that need not rest: made again when somebody looks at them. */
  forgetLanes: `
    DELETE FROM plugin_queue_lane WHERE (plugin, lane) IN (
      SELECT plugin, lane FROM plugin_queue_lane l
      WHERE next_at < now() - interval '1 hour'
        AND NOT EXISTS (SELECT FROM plugin_queue_item i WHERE (i.plugin, i.lane) = (l.plugin, l.lane) AND done_at IS NULL)
      LIMIT 1000 FOR UPDATE SKIP LOCKED
    )`,
};
