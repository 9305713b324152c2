import type { RunStatus, TriggerKind } from '../../workflow/index.js';
import { decodeCursor } from './cursor.js';

export interface RunFilter {
  readonly workflow?: string | undefined;
  readonly status?: readonly RunStatus[] | undefined;
  readonly trigger?: readonly TriggerKind[] | undefined;
  /** Created at or after. */
  readonly since?: Date | undefined;
  /** Created before. */
  readonly until?: Date | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Statuses of runs that have not ended: few, and they have an index of their own. */
const open: readonly RunStatus[] = ['queued', 'running', 'waiting', 'paused'];
/** The same of those that ended badly. */
const unsuccessful: readonly RunStatus[] = ['failed', 'cancelled'];
/** A run's id is made a moment before its row and by another clock: ids are only trusted this far. */
const CLOCK_SLACK_MS = 60_000;

export interface RunConditions {
  /** What an index finds. */
  readonly found: string;
  /** What has no index and is looked at run by run: the reader looks at so many only. */
  readonly checked?: string;
  readonly values: unknown[];
}

/**
 * The WHERE of a list of runs, in two parts. Times are also said as bounds of the id (a UUIDv7 starts with its milliseconds), because
 * partitions are ranges of ids and only that lets PostgreSQL skip them.
 */
export function runConditions(filter: RunFilter): RunConditions {
  const values: unknown[] = [];
  const found: string[] = [];
  const checked: string[] = [];
  const where = (sql: string, value: unknown, part = found) => {
    values.push(value);
    part.push(sql.replaceAll('?', `$${values.length}`));
  };
  if (filter.workflow !== undefined) where('workflow_id = ?', filter.workflow);
  if (filter.status !== undefined) {
    const all = (of: readonly RunStatus[]) => filter.status!.every((status) => of.includes(status));
    where('status = ANY(?)', filter.status, all(open) || all(unsuccessful) ? found : checked);
    if (all(open)) found.push('finished_at IS NULL');
  }
  if (filter.trigger !== undefined) where('trigger = ANY(?)', filter.trigger, checked);
  if (filter.since !== undefined) {
    where('created_at >= ?', filter.since);
    where('id >= ?', idAt(filter.since.getTime() - CLOCK_SLACK_MS));
  }
  if (filter.until !== undefined) {
    where('created_at < ?', filter.until);
    where('id < ?', idAt(filter.until.getTime() + CLOCK_SLACK_MS));
  }
  if (filter.cursor !== undefined) where('id < ?', decodeCursor(filter.cursor));
  return {
    found: found.length === 0 ? 'true' : found.join(' AND '),
    ...(checked.length > 0 && { checked: checked.join(' AND ') }),
    values,
  };
}

const LAST_MS = 2 ** 48 - 1;

/** The smallest UUIDv7 of a millisecond. */
export function idAt(ms: number): string {
  const hex = Math.min(Math.max(Math.floor(ms), 0), LAST_MS)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
