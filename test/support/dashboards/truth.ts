import type pg from 'pg';

/** What PostgreSQL says has happened so far. */
export interface Truth {
  /** Ended runs by `workflow status`. */
  readonly runs: Counts;
  /** Ended attempts by `agent status`. */
  readonly attempts: Counts;
  /** Seconds with a step executing, of ended runs, by workflow. */
  readonly activeSeconds: Counts;
}
export type Counts = Readonly<Record<string, number>>;

const counts = (rows: { key: string; value: number }[]): Counts =>
  Object.fromEntries(rows.map(({ key, value }) => [key, Number(value)]));

/**
 * Steps are called <agent>_<action>: see the demo. A result that was written together with the start of its attempt holds
 * the time of that start itself.
 */
const attempts = `
  SELECT split_part(e.data::json ->> 'step', '_', 1) AS agent,
         CASE WHEN e.type = 'StepSucceeded' THEN 'succeeded'
              WHEN e.data::json -> 'error' ->> 'type' = 'timeout' THEN 'timed_out'
              WHEN e.data::json -> 'error' ->> 'type' = 'cancelled' THEN 'cancelled'
              ELSE 'failed' END AS status,
         extract(epoch FROM e.at - coalesce(to_timestamp((e.data::json ->> 'startedAt')::float8 / 1000), s.at))::float8
           AS seconds,
         e.at
  FROM run_event e
  LEFT JOIN run_event s ON s.run_id = e.run_id AND s.type = 'StepStarted'
    AND s.data::json ->> 'step' = e.data::json ->> 'step' AND s.data::json ->> 'attempt' = e.data::json ->> 'attempt'
  WHERE e.type IN ('StepSucceeded', 'StepFailed', 'StepRetryScheduled')`;

export async function truthNow(sql: pg.Client): Promise<Truth> {
  const runs = await sql.query(
    `SELECT workflow_id || ' ' || status AS key, count(*) AS value FROM run WHERE finished_at IS NOT NULL GROUP BY 1`,
  );
  const ended = await sql.query(
    `SELECT agent || ' ' || status AS key, count(*) AS value FROM (${attempts}) a GROUP BY 1`,
  );
  const active = await sql.query(
    `SELECT workflow_id AS key, sum(active_ms) / 1000 AS value FROM run WHERE finished_at IS NOT NULL GROUP BY 1`,
  );
  return { runs: counts(runs.rows), attempts: counts(ended.rows), activeSeconds: counts(active.rows) };
}

/** Seconds that runs, or attempts, took that ended after `since` and were not cancelled; ascending. */
export async function runSeconds(sql: pg.Client, since: Date, workflow = '%'): Promise<number[]> {
  const { rows } = await sql.query<{ seconds: number }>(
    `SELECT extract(epoch FROM finished_at - started_at)::float8 AS seconds FROM run
     WHERE finished_at > $1 AND status <> 'cancelled' AND workflow_id LIKE $2 ORDER BY 1`,
    [since, workflow],
  );
  return rows.map(({ seconds }) => seconds);
}

export async function attemptSeconds(sql: pg.Client, since: Date): Promise<number[]> {
  const { rows } = await sql.query<{ seconds: number }>(
    `SELECT seconds FROM (${attempts}) a WHERE at > $1 AND status <> 'cancelled' ORDER BY 1`,
    [since],
  );
  return rows.map(({ seconds }) => seconds);
}
