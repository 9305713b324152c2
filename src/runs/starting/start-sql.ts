/**
 * Starts of many runs in one statement. A start whose dedupe key is taken makes nothing. `owner` is asked of the table
 * of replicas: a replica that was declared dead meanwhile starts its run unowned, for another one to drive.
 * Events are compared with when a run was created, and theirs is the clock of the server: a hub whose clock is ahead must
 * not have made a run after what it waits for.
 * The comment is its name in metrics.
 */
export const startSql = `
  /*start*/ WITH s AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::int[], $8::text[], $9::text[],
      $10::text[], $11::float8[], $12::float8[], $13::text[], $14::text[], $15::uuid[])
      AS s(id, workflow_id, version, status, trigger, owned, seq, trace_id, span_id, traceparent, created_at, started_at, key, fingerprint, parent_id)
  ), d AS (
    INSERT INTO trigger_dedupe (kind, workflow_id, key, run_id, fingerprint)
    SELECT trigger, workflow_id, key, id, fingerprint FROM s WHERE key IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING run_id
  ), me AS (
    SELECT id FROM replica WHERE id = $16 FOR KEY SHARE
  ), r AS (
    INSERT INTO run (id, workflow_id, version, status, trigger, epoch, owner, seq, trace_id, span_id, traceparent, created_at, started_at, parent_id)
    SELECT id, workflow_id, version, status, trigger, 1, CASE WHEN owned THEN (SELECT id FROM me) END, seq, trace_id, span_id,
      traceparent, least(to_timestamp(created_at / 1000), clock_timestamp()), to_timestamp(started_at / 1000), parent_id
    FROM s WHERE key IS NULL OR (id IN (SELECT run_id FROM d)) IS TRUE
    RETURNING id, owner
  ), e AS (
    INSERT INTO run_event (run_id, seq, type, data, at)
    SELECT run_id, seq, type, data, to_timestamp(at / 1000)
    FROM unnest($17::uuid[], $18::int[], $19::text[], $20::text[], $21::float8[]) AS e(run_id, seq, type, data, at)
    WHERE (run_id IN (SELECT id FROM r)) IS TRUE
  )
  SELECT id, owner FROM r`;

/** The runs that hold the keys of starts that made nothing. */
export const holdersSql = `
  SELECT k.key, k.kind, k.workflow_id, d.run_id, d.fingerprint, r.status, r.version, r.created_at
  FROM unnest($1::text[], $2::text[], $3::text[]) AS k(kind, workflow_id, key)
  JOIN trigger_dedupe d USING (kind, workflow_id, key)
  LEFT JOIN run r ON r.id = d.run_id`;

/** After a broken connection: which of these starts took effect. Later epochs belong to whoever has taken the run since. */
export const madeSql =
  'SELECT id, CASE WHEN epoch = 1 THEN owner END AS owner, started_at FROM run WHERE id = ANY($1::uuid[])';
