/**
 * What is asked before an alert starts a run. Answered by an index each, however many decisions are kept: hence
 * statement_timestamp(), which is the clock too, but one that an index can be searched by.
 */
const within = (parameter: number) => `at > statement_timestamp() - $${parameter} * interval '1 ms'`;
const rows = 'SELECT FROM alert_start WHERE workflow_id = $1 AND entry = $2 AND decision';

export const alertSql = {
  decided: 'SELECT decision, run_id FROM alert_start WHERE workflow_id = $1 AND occurrence = $2',
  cooling: `SELECT EXISTS (${rows} = 'started' AND target = $3 AND ${within(4)}) AS yes`,
  full: `SELECT count(*) >= $4 AS yes FROM (${rows} = 'started' AND ${within(3)} ORDER BY at DESC LIMIT $4) started`,
  cooledBefore: `SELECT EXISTS (${rows} = 'cooldown' AND target = $3 AND ${within(4)}) AS yes`,
  guardedBefore: `SELECT EXISTS (${rows} = 'guarded' AND ${within(3)}) AS yes`,
  decide: `INSERT INTO alert_start (workflow_id, occurrence, entry, target, alert, decision, at)
    VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
};
