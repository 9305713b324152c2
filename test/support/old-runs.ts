import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../src/database/index.js';
import { insertRun } from './runs.js';

const DAY_MS = 86_400_000;

export const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

/** The Monday, YYYYMMDD, of the week that many days ago: how its partitions are called. */
function weekAgo(days: number): string {
  const monday = daysAgo(days);
  monday.setUTCHours(0, 0, 0, 0);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return monday.toISOString().slice(0, 10).replaceAll('-', '');
}

/** The partitions of a week long ago, as the hub of that time had made them. */
export async function makeWeek(database: Database, days: number): Promise<string> {
  const week = weekAgo(days);
  const from = new Date(`${week.slice(0, 4)}-${week.slice(4, 6)}-${week.slice(6)}T00:00:00Z`);
  const bound = async (at: Date) =>
    (await database.pool.query<{ id: string }>('SELECT uuid_floor($1) AS id', [at])).rows[0]!.id;
  const [low, high] = [await bound(from), await bound(new Date(from.getTime() + 7 * DAY_MS))];
  for (const parent of ['run', 'run_event', 'run_log']) {
    await database.pool.query(
      `CREATE TABLE ${parent}_${week} PARTITION OF ${parent} FOR VALUES FROM ('${low}') TO ('${high}')`,
    );
  }
  return week;
}

/** A run with an event and a log line that began so many days ago, and ended so many days ago; null = is still open. */
export async function oldRun(
  database: Database,
  began: number,
  ended: number | null,
  columns: Parameters<typeof insertRun>[1] = {},
): Promise<string> {
  const id = await insertRun(database, {
    id: uuidv7({ msecs: daysAgo(began).getTime() }),
    created_at: daysAgo(began),
    ...(ended === null
      ? { status: 'waiting', wake_at: new Date(Date.now() + DAY_MS) }
      : { status: 'succeeded', finished_at: daysAgo(ended) }),
    ...columns,
  });
  await database.pool.query(
    `INSERT INTO run_log (run_id, at, level, step, attempt, message) VALUES ($1, now(), 'info', 'a', 1, 'hello')`,
    [id],
  );
  return id;
}

/** Rows there are of these runs: runs, events, log lines. */
export async function rowsOf(database: Database, ids: readonly string[]): Promise<[number, number, number]> {
  const count = (table: string, column: string) =>
    `(SELECT count(*)::int FROM ${table} WHERE ${column} = ANY ($1::uuid[]))`;
  const { rows } = await database.pool.query<{ r: number; e: number; l: number }>(
    `SELECT ${count('run', 'id')} AS r, ${count('run_event', 'run_id')} AS e, ${count('run_log', 'run_id')} AS l`,
    [ids],
  );
  return [rows[0]!.r, rows[0]!.e, rows[0]!.l];
}
