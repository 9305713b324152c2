/** Of one statement. The second bounds what goes with the runs: each has one row per event, or nearly. */
export const BATCH_RUNS = 500;
const BATCH_EVENTS = 20_000;

const ms = (value: string) => `${value} * interval '1 millisecond'`;

/** `$1..$3` = keptValues(). A run that has not ended has no time of its end, and never passes. */
const keptOf = `LEFT JOIN unnest($1::text[], $2::float8[]) AS k(workflow_id, ms) ON k.workflow_id = r.workflow_id`;
const passed = `r.finished_at < now() - ${ms('coalesce(k.ms, $3::float8)')}`;

/** The weeks that have a partition, YYYYMMDD of their Monday, oldest first. */
export const weeksSql = `
  SELECT DISTINCT right(c.relname, 8) AS week FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = ANY (ARRAY['run', 'run_event', 'run_log']::regclass[]) AND c.relname ~ '^run(_event|_log)?_[0-9]{8}$'
   ORDER BY 1`;

/** Whether any run of the ids from $4 to $5 has to stay, wherever its row is: some may be in the default partition. */
export const anyKeptSql = `
  SELECT EXISTS (SELECT FROM run r ${keptOf}
    WHERE r.id >= uuid_floor($4) AND r.id < uuid_floor($5) AND (${passed}) IS NOT TRUE) AS kept`;

/** Runs whose time has passed, in the order of their ids: as many as one statement should delete. */
const bounded = (found: string) => `
  WITH found AS (${found} ORDER BY r.id LIMIT ${BATCH_RUNS}),
  counted AS (SELECT id, row_number() OVER ids AS place, sum(seq) OVER ids AS events FROM found WINDOW ids AS (ORDER BY id))
  SELECT id FROM counted WHERE place = 1 OR events <= ${BATCH_EVENTS} ORDER BY id`;

export const passedOfWeekSql = bounded(
  `SELECT r.id, r.seq FROM run r ${keptOf} WHERE r.id > $4 AND r.id < uuid_floor($5) AND ${passed}`,
);

export const passedOfDefaultSql = bounded(
  `SELECT r.id, r.seq FROM run_default r ${keptOf} WHERE r.id > $4 AND ${passed}`,
);

/** By workflow ($1) and its own time ($2): the index by workflow gives them without a look at any other. */
export const passedOfWorkflowSql = bounded(
  `SELECT r.id, r.seq FROM run r WHERE r.workflow_id = $1 AND r.id > $3 AND r.id < uuid_floor(now() - ${ms('$2::float8')})
      AND r.finished_at < now() - ${ms('$2::float8')}`,
);

export const deleteRunsSql = `
  WITH gone AS (DELETE FROM run WHERE id = ANY ($1::uuid[]) AND finished_at IS NOT NULL RETURNING id),
  e AS (DELETE FROM run_event WHERE run_id = ANY ($1::uuid[]) AND run_id IN (SELECT id FROM gone)),
  l AS (DELETE FROM run_log WHERE run_id = ANY ($1::uuid[]) AND run_id IN (SELECT id FROM gone))
  SELECT count(*)::int AS deleted FROM gone`;

/** Keys of runs that are gone, and that are old themselves ($4 ms): a late copy of what started them would start another. */
export const deleteKeysSql = `
  WITH old AS (
    SELECT r.ctid FROM trigger_dedupe r ${keptOf}
     WHERE r.created_at < now() - ${ms('greatest($4::float8, coalesce(k.ms, $3::float8))')}
       AND NOT EXISTS (SELECT FROM run WHERE run.id = r.run_id)
     ORDER BY r.created_at LIMIT ${BATCH_RUNS}
  ), gone AS (DELETE FROM trigger_dedupe WHERE ctid = ANY (ARRAY(SELECT ctid FROM old)) RETURNING 1)
  SELECT count(*)::int AS deleted FROM gone`;

/** Signals that came after the end of runs that are gone. */
export const deleteSignalsSql = `
  DELETE FROM run_inbox i WHERE created_at < now() - interval '1 hour' AND NOT EXISTS (SELECT FROM run WHERE run.id = i.run_id)`;
