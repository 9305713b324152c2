import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import { names, Span } from '../../telemetry/index.js';
import { foldRun, type RunEvent } from '../../workflow/index.js';
import { fromRow, type StoredEvent } from '../journal/event-rows.js';
import { decodeSeqCursor, encodeCursor, type Numbering } from './cursor.js';
import {
  eventView,
  logLineView,
  payloadsOf,
  runColumns,
  runLine,
  runSummary,
  type LogRow,
  type RunRow,
} from './rows.js';
import { runConditions, type RunConditions, type RunFilter } from './run-filter.js';
import { Payloads } from './left-out.js';
import { stepViews } from './step-views.js';
import type { LogLineView, Page, RunEventView, RunLine, RunPosition, RunStory, RunSummary, RunView } from './views.js';

/** A page ends early when its payloads grow beyond this, so that no list costs the hub hundreds of megabytes. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** How many runs a page looks through for what has no index: what is rare must not cost a read of all there ever was. */
const SEARCHED_RUNS = 50_000;

/** A larger first event is not read for a line, which then does not say who triggered the run. */
const LINE_BYTES = 16 * 1024;

/** Events of a log that are read at once, where their bytes let. */
const PIECE_EVENTS = 2_000;

const eventColumns = 'seq, type, data, at';
const logColumns = 'seq, at, level, step, attempt, message, fields';
const logBytes = 'octet_length(message) + coalesce(octet_length(fields), 0)';

export interface SeqPage {
  /** A number as text; what comes after it is returned. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface Sized {
  /** Rows there were, one more than the page when there is more. */
  readonly found: string;
}

/** Reads runs for the outside. Never on the hot path: the engine keeps its runs in memory. */
@Injectable()
export class RunReader {
  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
  ) {}

  /** Newest first. A page may be short, or empty, and yet there is more: it ended where the search or its bytes did. */
  @Span(names.span.runsList)
  async list(filter: RunFilter): Promise<Page<RunSummary>> {
    const conditions = runConditions(filter);
    const limit = `$${conditions.values.length + 1}`;
    const rows = await this.query<RunRow & Sized & { created: string | null; succeeded: string | null }>(
      `WITH page AS (${pageOf(conditions, limit)}), sized AS (
         SELECT p.*, c.data AS created, s.data AS succeeded, count(*) OVER () AS found, row_number() OVER newest AS place,
                sum(coalesce(octet_length(c.data), 0) + coalesce(octet_length(s.data), 0)) OVER newest AS bytes
           FROM page p
           LEFT JOIN run_event c ON c.run_id = p.id AND c.seq = 1
           LEFT JOIN run_event s ON s.run_id = p.id AND s.seq = p.seq AND s.type = 'RunSucceeded'
         WINDOW newest AS (ORDER BY p.id DESC)
       )
       SELECT * FROM sized WHERE place = 1 OR (place <= ${limit}::int AND bytes <= ${PAGE_BYTES}) ORDER BY id DESC`,
      [...conditions.values, filter.limit],
    );
    const items = rows.map((row) => runSummary(row, payloadsOf(row, row.created, row.succeeded)));
    return this.orSearchedTo(
      conditions,
      page(items, rows, (last) => encodeCursor(last.id)),
    );
  }

  /** The same for people, who see no payloads: only of the trigger what a line has room for. */
  @Span(names.span.runsList)
  async lines(filter: RunFilter): Promise<Page<RunLine>> {
    const conditions = runConditions(filter);
    const limit = `$${conditions.values.length + 1}`;
    const rows = await this.query<RunRow & Sized & { created: string | null }>(
      `WITH page AS (${pageOf(conditions, limit)})
       SELECT p.*, count(*) OVER () AS found,
              CASE WHEN octet_length(c.data) <= ${LINE_BYTES} THEN c.data END AS created
         FROM page p LEFT JOIN run_event c ON c.run_id = p.id AND c.seq = 1 ORDER BY p.id DESC`,
      [...conditions.values, filter.limit],
    );
    const items = rows.slice(0, filter.limit).map((row) => runLine(row, payloadsOf(row, row.created, null)));
    return this.orSearchedTo(
      conditions,
      page(items, rows, (last) => encodeCursor(last.id)),
    );
  }

  @Span(names.span.runsGet)
  async get(id: string): Promise<RunView> {
    return (await this.story(id)).run;
  }

  async position(id: string): Promise<RunPosition> {
    return (await this.positions([id])).get(id) ?? noRun(id);
  }

  /** Where runs stand: while this is the same, so is all there is to say of them. Far cheaper than that. */
  async positions(ids: readonly string[]): Promise<Map<string, RunPosition>> {
    const rows = await this.query<RunPosition & { id: string }>(
      `SELECT w.id, r.seq, r.status, (SELECT max(seq) FROM run_log WHERE run_id = w.id) AS "lastLog"
         FROM unnest($1::uuid[]) AS w(id) CROSS JOIN LATERAL (SELECT seq, status FROM run WHERE id = w.id LIMIT 1) AS r`,
      [ids],
    );
    return new Map(rows.map(({ id, ...position }) => [id, position]));
  }

  /** The run and what happened in it, of one moment. */
  async story(id: string): Promise<RunStory> {
    const row = await this.row(id);
    const plan = await this.definitions.version(row.workflow_id, row.version);
    const payloads = new Payloads();
    const events = await this.#lightLog(id, row.seq, payloads);
    const run = foldRun(plan, id, events);
    const finals = new Set(plan.finally.keys());
    return { run: { ...runSummary(row, run), steps: stepViews(run, payloads) }, name: plan.name, events, finals };
  }

  /** The log up to an event (the run may have gone on since), read in pieces, of which the payloads that are too much do not stay. */
  async #lightLog(id: string, upTo: number, payloads: Payloads): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    for (let seq = 0; seq < upTo;) {
      const request = { cursor: String(seq), limit: PIECE_EVENTS };
      const rows = await this.numbered<StoredEvent>(id, request, 'run_event', eventColumns, 'octet_length(data)');
      for (const row of rows.filter((one) => one.seq <= upTo)) {
        const bytes = Buffer.byteLength(row.data);
        for (const numbered of fromRow(row)) events.push(payloads.lighten(numbered, bytes));
      }
      seq = rows.at(-1)!.seq;
    }
    return events;
  }

  async events(id: string, request: SeqPage): Promise<Page<RunEventView>> {
    const rows = await this.numbered<StoredEvent>(id, request, 'run_event', eventColumns, 'octet_length(data)');
    // A row may hold two events, of which the page before had room for one.
    const after = request.cursor === undefined ? 0 : decodeSeqCursor(request.cursor, 'run_event');
    const events = rows.flatMap(fromRow).filter(({ seq }) => seq > after);
    const items = events.slice(0, request.limit).map(eventView);
    const more = items.length < events.length || Number(rows[0]?.found ?? 0) > rows.length;
    return { items, nextCursor: more ? String(items.at(-1)!.seq) : null };
  }

  async logs(id: string, request: SeqPage): Promise<Page<LogLineView>> {
    const rows = await this.numbered<LogRow>(id, request, 'run_log', logColumns, logBytes);
    return page(rows.map(logLineView), rows, (last) => String(last.seq));
  }

  /** The newest lines, oldest first, of so many bytes; `more` when there are older ones. */
  async lastLogs(id: string, limit: number, bytes = PAGE_BYTES): Promise<{ items: LogLineView[]; more: boolean }> {
    const rows = await this.numbered<LogRow>(id, { limit }, 'run_log', logColumns, logBytes, 'DESC', bytes);
    return { items: rows.map(logLineView).reverse(), more: Number(rows[0]?.found ?? 0) > rows.length };
  }

  /** A last page that only looked through so many runs goes on where it stopped. */
  private async orSearchedTo<T extends { readonly id: string }>(
    { found, checked, values }: RunConditions,
    result: Page<T>,
  ): Promise<Page<T>> {
    if (checked === undefined || result.nextCursor !== null) return result;
    // Parameters of the checked part stand between the others: without a use PostgreSQL would not know their type.
    const [end] = await this.query<{ id: string }>(
      `SELECT id FROM run WHERE ${found} AND (true OR (${checked})) ORDER BY id DESC OFFSET ${SEARCHED_RUNS - 1} LIMIT 1`,
      values,
    );
    if (end === undefined) return result;
    const last = result.items.at(-1)?.id;
    // Runs that started meanwhile move the end up; what was shown must not come again.
    return { ...result, nextCursor: encodeCursor(last !== undefined && last < end.id ? last : end.id) };
  }

  /** Through the connections for reads: a slow page must not hold up the journal. */
  private query<T>(sql: string, values: unknown[]): Promise<T[]> {
    return this.database.dataSource.query<T[]>(sql, values);
  }

  private async row(id: string): Promise<RunRow> {
    const rows = await this.query<RunRow>(`SELECT ${runColumns} FROM run WHERE id = $1`, [id]);
    return rows[0] ?? noRun(id);
  }

  private async numbered<T extends object>(
    id: string,
    request: SeqPage,
    table: Numbering,
    columns: string,
    size: string,
    order: 'ASC' | 'DESC' = 'ASC',
    bytes = PAGE_BYTES,
  ): Promise<(T & Sized)[]> {
    const after = request.cursor === undefined ? 0 : decodeSeqCursor(request.cursor, table);
    const rows = await this.query<T & Sized>(
      `WITH page AS (
         SELECT ${columns} FROM ${table} WHERE run_id = $1 AND seq > $2 ORDER BY seq ${order} LIMIT $3::int + 1
       ), sized AS (
         SELECT page.*, count(*) OVER () AS found, row_number() OVER first AS place, sum(${size}) OVER first AS bytes
           FROM page WINDOW first AS (ORDER BY seq ${order})
       )
       SELECT * FROM sized WHERE place = 1 OR (place <= $3::int AND bytes <= ${bytes}) ORDER BY seq ${order}`,
      [id, after, request.limit],
    );
    if (rows.length === 0) await this.row(id);
    return rows;
  }
}

function noRun(id: string): never {
  throw new CcError('CC_RUN_NOT_FOUND', `there is no run ${id}; it never was, or its retention has passed`);
}

function pageOf({ found, checked }: RunConditions, limit: string): string {
  if (checked === undefined)
    return `SELECT ${runColumns} FROM run WHERE ${found} ORDER BY id DESC LIMIT ${limit}::int + 1`;
  return `SELECT * FROM (SELECT ${runColumns} FROM run WHERE ${found} ORDER BY id DESC LIMIT ${SEARCHED_RUNS}) AS newest
           WHERE ${checked} ORDER BY id DESC LIMIT ${limit}::int + 1`;
}

function page<T>(items: readonly T[], rows: readonly Sized[], cursorOf: (last: T) => string): Page<T> {
  const last = items.at(-1);
  const more = Number(rows[0]?.found ?? 0) > items.length;
  return { items, nextCursor: more && last !== undefined ? cursorOf(last) : null };
}
