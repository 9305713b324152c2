import type { RunWrite } from './run-write.js';

const time = (column: string) => `to_timestamp(${column} / 1000)`;

/**
 * The fence. Only rows whose epoch is still ours are updated, and only events of updated rows are written; a run that
 * is not returned is lost. (A plain join or FOR KEY SHARE does not fence: the row must be locked and re-read by UPDATE.)
 * The comment is its name in metrics: by the first word alone it would be one of all that begin with WITH.
 * `IS TRUE` keeps `IN` a hashed probe instead of a join, which the connection's settings would make a nested loop.
 */
const fence = `
  /*journal*/ WITH f AS (
    UPDATE run r SET
      seq = w.seq, status = w.status, error = w.error, cost_usd = w.cost_usd, active_ms = w.active_ms,
      started_at = ${time('w.started_at')}, finished_at = ${time('w.finished_at')},
      owner = CASE WHEN w.finished_at IS NULL THEN r.owner END, lost_owner = NULL,
      suspect = w.suspect, solo = w.solo, crashes = CASE WHEN w.acquitted THEN 0 ELSE r.crashes END
    FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::text[], $6::text[], $7::float8[], $8::float8[], $9::float8[],
      $10::float8[], $11::bool[], $12::bool[], $13::bool[])
      AS w(id, epoch, from_seq, seq, status, error, cost_usd, active_ms, started_at, finished_at, suspect, solo, acquitted)
    WHERE r.id = w.id AND r.epoch = w.epoch AND r.seq = w.from_seq
    RETURNING r.id
  ), e AS (
    INSERT INTO run_event (run_id, seq, type, data, at)
    SELECT ($1::uuid[])[run], seq, type, data, ${time('at')}
    FROM unnest($14::int[], $15::int[], $16::text[], string_to_array($17, E'\\x1e'), $18::float8[]) AS e(run, seq, type, data, at)
    WHERE (($1::uuid[])[run] IN (SELECT id FROM f)) IS TRUE
  )`;

const inbox = `, i AS (DELETE FROM run_inbox WHERE id = ANY($19::bigint[]) AND (run_id IN (SELECT id FROM f)) IS TRUE)`;

const emitted = `, m AS (
    INSERT INTO event (id, source, type, subject, time, data, traceparent)
    SELECT id, source, type, subject, ${time('at')}, data, traceparent
    FROM unnest($20::uuid[], $21::text[], $22::text[], $23::text[], $24::text[], $25::float8[], $26::text[], $27::text[])
      AS m(run_id, id, source, type, subject, at, data, traceparent)
    WHERE (run_id IN (SELECT id FROM f)) IS TRUE
    ON CONFLICT DO NOTHING
  )`;

const slots = `, p AS (DELETE FROM run_slot WHERE run_id = ANY($28::uuid[]) AND (run_id IN (SELECT id FROM f)) IS TRUE)`;
/** What other runs are told: they are woken when this is durable. */
const signals = `, s AS (
    INSERT INTO run_inbox (run_id, kind, data)
    SELECT target, kind, data FROM unnest($29::uuid[], $30::uuid[], $31::text[], $32::text[]) AS s(run_id, target, kind, data)
    WHERE (run_id IN (SELECT id FROM f)) IS TRUE
  )`;

export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** The statement for a batch: the parts that few flushes need are left out where they are empty. */
export function journalStatement(writes: readonly RunWrite[]): Statement {
  const values = [...runColumns(writes), ...eventColumns(writes)];
  const slotted = writes.filter((write) => write.slots !== undefined).map((write) => write.id);
  const tells = writes.some((write) => write.signals.length > 0);
  // Few runs are in line for a place or part of another: these go together.
  const linked = slotted.length > 0 || tells;
  const emits = linked || writes.some((write) => write.emitted.length > 0);
  if (!emits && writes.every((write) => write.inbox.length === 0)) {
    return { name: 'journal', text: `${fence} SELECT id FROM f`, values };
  }
  values.push(writes.flatMap((write) => write.inbox));
  if (!emits) return { name: 'journal-inbox', text: `${fence}${inbox} SELECT id FROM f`, values };
  values.push(...emittedColumns(writes));
  if (!linked) return { name: 'journal-emit', text: `${fence}${inbox}${emitted} SELECT id FROM f`, values };
  return {
    name: 'journal-linked',
    text: `${fence}${inbox}${emitted}${slots}${signals} SELECT id FROM f`,
    values: [...values, slotted, ...signalColumns(writes)],
  };
}

type Plain = {
  [K in keyof RunWrite]-?: RunWrite[K] extends string | number | boolean | null ? K : never;
}[keyof RunWrite];

function runColumns(writes: readonly RunWrite[]): unknown[] {
  const column = (key: Plain) => plainArray(writes.map((write) => write[key]));
  return [
    column('id'),
    column('epoch'),
    column('fromSeq'),
    column('seq'),
    column('status'),
    writes.map((write) => write.error),
    column('costUsd'),
    column('activeMs'),
    column('startedAt'),
    column('finishedAt'),
    column('suspect'),
    column('solo'),
    column('acquitted'),
  ];
}

/** Which run (its place from 1, a few digits instead of 36), and payloads parted by a character that JSON never holds. */
function eventColumns(writes: readonly RunWrite[]): string[] {
  const [runs, seqs, types, data, times]: [number[], number[], string[], string[], number[]] = [[], [], [], [], []];
  for (let run = 0; run < writes.length; run++) {
    for (const event of writes[run]!.events) {
      runs.push(run + 1);
      seqs.push(event.seq);
      types.push(event.type);
      data.push(event.data);
      times.push(event.at);
    }
  }
  return [plainArray(runs), plainArray(seqs), plainArray(types), data.join('\x1e'), plainArray(times)];
}

/** An array literal of values that need no quotes: numbers, uuids, names. pg would quote and escape every one. */
function plainArray(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

function emittedColumns(writes: readonly RunWrite[]): unknown[][] {
  const rows = writes.flatMap((write) => write.emitted.map((emitted) => ({ run: write.id, ...emitted })));
  return [
    rows.map((row) => row.run),
    rows.map((row) => row.id),
    rows.map((row) => row.source),
    rows.map((row) => row.type),
    rows.map((row) => row.subject ?? null),
    rows.map((row) => row.at),
    rows.map((row) => (row.data === undefined ? null : JSON.stringify(row.data))),
    rows.map((row) => row.traceparent),
  ];
}

function signalColumns(writes: readonly RunWrite[]): unknown[][] {
  const rows = writes.flatMap((write) => write.signals.map((signal) => ({ from: write.id, ...signal })));
  return [
    rows.map((row) => row.from),
    rows.map((row) => row.run),
    rows.map((row) => row.kind),
    rows.map((row) => row.data),
  ];
}
