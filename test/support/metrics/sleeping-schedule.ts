import type pg from 'pg';
import { scheduleLines } from '../../../src/triggers/schedule-lines.js';
import { compile } from '../../../src/workflow/index.js';

export const never = new Date('2100-01-01T00:00:00Z');

/** Writes the row of a workflow's schedule before any hub does, due in the far future: a hub keeps what it finds. */
export async function sleepingSchedule(sql: pg.Client, id: string, definition: object): Promise<void> {
  const plan = compile({ id, ...definition } as Parameters<typeof compile>[0], 'v');
  for (const { workflow, key, cron, timezone, input } of scheduleLines([{ plan, enabled: true }]))
    await sql.query(
      'INSERT INTO schedule (workflow_id, key, cron, timezone, input, next_at) VALUES ($1, $2, $3, $4, $5, $6)',
      [workflow, key, cron, timezone, JSON.stringify(input), never],
    );
}
