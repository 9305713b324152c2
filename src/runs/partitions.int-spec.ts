import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { testDatabase } from '../../test/support/database.js';
import { insertRun } from '../../test/support/runs.js';
import type { Database } from '../database/index.js';

let database: Database;
beforeAll(async () => (database = await testDatabase()));
afterAll(() => database.close());

const query = async (text: string, ...values: unknown[]) =>
  (await database.pool.query(text, values)).rows as Record<string, unknown>[];
const partitionOf = async (id: string) =>
  (await query('SELECT tableoid::regclass::text AS name FROM run WHERE id = $1', id))[0]!['name'];
const week = (at: Date) => {
  const monday = new Date(at);
  monday.setUTCHours(0, 0, 0, 0);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  return `run_${monday.toISOString().slice(0, 10).replaceAll('-', '')}`;
};
/** A UUIDv7 of an instant. */
const idAt = (at: Date) => uuidv7({ msecs: at.getTime() });

describe('uuid_floor', () => {
  it.each(['1970-01-01T00:00:00.000Z', '2026-11-23T07:30:00.123Z', '2100-01-01T00:00:00.999Z'])(
    'of %s is the smallest UUIDv7 of that millisecond',
    async (text) => {
      const at = new Date(text);
      const [row] = (await query('SELECT uuid_floor($1) AS floor', at)) as [{ floor: string }];
      expect(row.floor.replaceAll('-', '')).toBe(at.getTime().toString(16).padStart(12, '0') + '0'.repeat(20));
      const ordered = await query(
        'SELECT $1::uuid < $2::uuid AND $2::uuid < uuid_floor($3) AS between',
        row.floor,
        idAt(at),
        new Date(at.getTime() + 1),
      );
      expect(ordered).toEqual([{ between: true }]);
    },
  );
});

describe('the partitions of runs', () => {
  it('are there for this week and three more, for run, log and step logs, each with a default that is empty', async () => {
    const found = (
      await query(`SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid ORDER BY 1`)
    ).map(({ relname }) => relname);
    for (const ahead of [0, 7, 14, 21]) {
      const name = week(new Date(Date.now() + ahead * 86_400_000));
      expect(found).toEqual(
        expect.arrayContaining([name, name.replace('run_', 'run_event_'), name.replace('run_', 'run_log_')]),
      );
    }
    for (const table of ['run', 'run_event', 'run_log']) {
      expect(found).toContain(`${table}_default`);
      expect(await query(`SELECT count(*)::int AS n FROM ${table}_default`)).toEqual([{ n: 0 }]);
    }
  });

  it('hold the runs of their week, from its first to its last millisecond', async () => {
    const monday = new Date();
    monday.setUTCHours(0, 0, 0, 0);
    monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
    const next = new Date(monday.getTime() + 7 * 86_400_000);
    for (const at of [monday, new Date(), new Date(next.getTime() - 1)]) {
      expect(await partitionOf(await insertRun(database, { id: idAt(at) }))).toBe(week(monday));
    }
    expect(await partitionOf(await insertRun(database, { id: idAt(next) }))).toBe(week(next));
  });

  it('are made again without harm, by many replicas at once, further ahead', async () => {
    const made = await Promise.all(
      Array.from({ length: 4 }, () => query(`SELECT make_run_partitions(interval '42 days') AS n`)),
    );
    expect(made.map(([row]) => row!['n'] as number).toSorted((a, b) => b - a)).toEqual([9, 0, 0, 0]);
    expect(await partitionOf(await insertRun(database, { id: idAt(new Date(Date.now() + 40 * 86_400_000)) }))).not.toBe(
      'run_default',
    );
  });

  it('have the indexes and the key of their parent', async () => {
    const id = await insertRun(database);
    await expect(insertRun(database, { id })).rejects.toMatchObject({ code: '23505' });
    const name = week(new Date());
    const indexes = await query('SELECT count(*)::int AS n FROM pg_indexes WHERE tablename = $1', name);
    expect(indexes).toEqual(await query(`SELECT count(*)::int AS n FROM pg_indexes WHERE tablename = 'run'`));
  });

  it('leave what fits none of them to the default: work goes on', async () => {
    expect(await partitionOf(await insertRun(database, { id: randomUUID() }))).toBe('run_default');
    await query('DELETE FROM run_default');
    await query('DELETE FROM run_event_default');
  });

  it('of later weeks are made also when the default holds runs of this one: the hub was away for weeks', async () => {
    const name = week(new Date());
    for (const table of [name, name.replace('run_', 'run_event_')]) await query(`DROP TABLE ${table}`);
    const id = await insertRun(database);
    expect(await partitionOf(id)).toBe('run_default');
    const later = new Date(Date.now() + 70 * 86_400_000);
    await query(`SELECT make_run_partitions(interval '77 days')`);
    expect(await partitionOf(await insertRun(database, { id: idAt(later) }))).toBe(week(later));
    expect(await partitionOf(id)).toBe('run_default');
  });
});
