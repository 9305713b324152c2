import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import { alertSql } from './alert-sql.js';

const DAY = 86_400_000;

interface Node {
  readonly 'Node Type': string;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Node[];
}

const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

describe('with 200,000 decisions of one entry in 30 days', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase();
    // Nothing in the last hour: what is looked for is not where a look from the beginning would find it.
    for (const decision of ['started', 'cooldown']) {
      await database.pool.query(
        `INSERT INTO alert_start (workflow_id, occurrence, entry, target, alert, decision, at)
         SELECT 'heal', $1 || n, 'entry', 'target ' || n % 50000, 'A', $1, now() - interval '1 hour' - n * interval '25 s'
         FROM generate_series(1, 100000) n`,
        [decision],
      );
    }
    await database.pool.query('ANALYZE alert_start');
  });
  afterAll(() => database?.close());

  test.each<[name: keyof typeof alertSql, ...values: unknown[]]>([
    ['decided', 'heal', 'a new one'],
    ['cooling', 'heal', 'entry', 'a new one', 30 * DAY],
    ['cooling', 'heal', 'entry', 'target 7', 60_000],
    ['full', 'heal', 'entry', 60_000, 1000],
    ['full', 'heal', 'entry', 30 * DAY, 1000],
    ['cooledBefore', 'heal', 'entry', 'a new one', 30 * DAY],
    ['guardedBefore', 'heal', 'entry', 30 * DAY],
  ])('%s reads what it asks for and nothing else (%j %j %j %j)', async (name, ...values) => {
    const { rows } = await database.pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${alertSql[name]}`,
      values,
    );
    const plan = nodes(rows[0]!['QUERY PLAN'][0].Plan);
    const read = plan.filter((node) => node['Node Type'].includes('Scan'));
    expect(read.map((node) => node['Node Type'])).toEqual([expect.stringMatching(/^Index (Only )?Scan$/)]);
    expect(read[0]!['Rows Removed by Filter'] ?? 0).toBe(0);
  });
});
