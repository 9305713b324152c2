import type { CatchUp, Overlap } from '@commandcenter/sdk/definition';
import type { Tx } from '../database/index.js';
import { nextFire } from '../workflow/index.js';
import type { ScheduleLine } from './schedule-lines.js';

/** A claimed line whose next fire has come; `now` is the database's clock, which alone decides. */
export interface DueSchedule {
  readonly workflow_id: string;
  readonly key: string;
  readonly cron: string;
  readonly timezone: string;
  readonly catch_up: CatchUp;
  readonly overlap: Overlap;
  readonly input: string | null;
  readonly next_at: Date;
  readonly now: Date;
}

export interface Advance {
  readonly due: DueSchedule;
  readonly nextAt: Date | null;
  readonly lastAt: Date | undefined;
  readonly lastRunId: string | undefined;
  /** Something of it could not start now: look again in a while. */
  readonly again: boolean;
}

/** Lines claimed at once. Held while their runs start; what another replica holds is passed over. */
export const CLAIM = 500;

/** Milliseconds until the earliest fire of these workflows, negative when it has passed; undefined when there is none. */
export async function untilNextFire(tx: Tx, workflows: readonly string[]): Promise<number | undefined> {
  const { rows } = await tx.query<{ ms: number | null }>(
    `SELECT (extract(epoch FROM min(next_at) - clock_timestamp()) * 1000)::float8 AS ms FROM schedule
     WHERE workflow_id = ANY ($1)`,
    [workflows],
  );
  return rows[0]?.ms ?? undefined;
}

/** Only lines of `workflows`, those this replica knows: while a new version is rolled out another may know more. */
export async function claimDue(tx: Tx, workflows: readonly string[]): Promise<DueSchedule[]> {
  // A hub that stops in its tracks must not hold the lines: the others take over when the server drops its session.
  await tx.query("SET LOCAL idle_in_transaction_session_timeout = '5s'");
  const { rows } = await tx.query<DueSchedule>(
    `SELECT workflow_id, key, cron, timezone, catch_up, overlap, input, next_at, clock_timestamp() AS now
     FROM schedule WHERE next_at <= clock_timestamp() AND workflow_id = ANY ($1)
     ORDER BY next_at LIMIT ${CLAIM} FOR UPDATE SKIP LOCKED`,
    [workflows],
  );
  return rows;
}

/** Compare and set: a line that was advanced meanwhile stays as it is. */
export async function advance(tx: Tx, advances: readonly Advance[]): Promise<void> {
  await tx.query(
    `UPDATE schedule SET next_at = a.next_at, last_at = coalesce(a.last_at, schedule.last_at),
       last_run_id = coalesce(a.last_run_id, schedule.last_run_id)
     FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::uuid[])
       AS a (workflow_id, key, seen_at, next_at, last_at, last_run_id)
     WHERE schedule.workflow_id = a.workflow_id AND schedule.key = a.key AND schedule.next_at = a.seen_at`,
    [
      advances.map(({ due }) => due.workflow_id),
      advances.map(({ due }) => due.key),
      advances.map(({ due }) => due.next_at),
      advances.map(({ nextAt }) => nextAt),
      advances.map(({ lastAt }) => lastAt ?? null),
      advances.map(({ lastRunId }) => lastRunId ?? null),
    ],
  );
}

/**
 * Makes the rows those of `lines`. A line that was there keeps its next fire, whatever its policy; a new one fires from now
 * on. False when workflows changed since `revision`: a replica that has not heard of it yet would take away their lines.
 */
export async function syncSchedules(
  tx: Tx,
  lines: readonly ScheduleLine[],
  revision: string | undefined,
): Promise<boolean> {
  // Replicas that start together would each compute and insert the same rows.
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('schedule.sync'))");
  const newer = await tx.query('SELECT FROM workflow_revision WHERE revision > $1::bigint', [revision]);
  if (newer.rows.length > 0) return false;
  const { rows } = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const now = rows[0]!.now;
  const identities = [lines.map((line) => line.workflow), lines.map((line) => line.key)];
  await tx.query(
    `DELETE FROM schedule WHERE (workflow_id, key) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    identities,
  );
  await tx.query(
    `INSERT INTO schedule AS s (workflow_id, key, cron, timezone, input, next_at, catch_up, overlap)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[])
     ON CONFLICT (workflow_id, key) DO UPDATE SET catch_up = excluded.catch_up, overlap = excluded.overlap
       WHERE (s.catch_up, s.overlap) <> (excluded.catch_up, excluded.overlap)`,
    [
      ...identities,
      lines.map((line) => line.cron),
      lines.map((line) => line.timezone),
      lines.map((line) => JSON.stringify(line.input)),
      lines.map((line) => nextFire(line, now) ?? null),
      lines.map((line) => line.catchUp),
      lines.map((line) => line.overlap),
    ],
  );
  return true;
}
