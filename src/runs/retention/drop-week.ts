import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Kept, keptValues } from './kept.js';
import { anyKeptSql } from './retention-sql.js';
import type { Week } from './week.js';

/**
 * Dropping a partition locks its parent, and everything of the engine waits behind who waits for that lock: so nobody waits
 * for longer than this, and it is tried again.
 */
const LOCK_MS = 200;
const TRIES = 25;
const BETWEEN_MS = 400;

/** Drops the partitions of a week when all of its runs have ended and their time has passed. */
export async function dropWeek(session: pg.Client, week: Week, kept: Kept, signal: AbortSignal): Promise<boolean> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await tryToDrop(session, week, kept);
    } catch (thrown) {
      await session.query('ROLLBACK');
      if (!isLockTaken(thrown) || tried === TRIES) throw thrown;
      await sleep(BETWEEN_MS, undefined, { signal });
    }
  }
}

async function tryToDrop(session: pg.Client, week: Week, kept: Kept): Promise<boolean> {
  await session.query('BEGIN');
  await session.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
  const { rows } = await session.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL',
    [week.tables],
  );
  const tables = rows.map(({ name }) => name);
  // Nobody writes into a week that is long over; were it so, it would wait here, and readers do not.
  if (tables.length > 0) await session.query(`LOCK TABLE ${tables.join(', ')} IN SHARE ROW EXCLUSIVE MODE`);
  const found = await session.query<{ kept: boolean }>(anyKeptSql, [...keptValues(kept), week.from, week.to]);
  const drop = !found.rows[0]!.kept && tables.length > 0;
  if (drop) await session.query(`DROP TABLE ${tables.join(', ')}`);
  await session.query('COMMIT');
  return drop;
}

/** Not there in time, or two wait for each other. */
function isLockTaken(thrown: unknown): boolean {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return code === '55P03' || code === '40P01';
}
