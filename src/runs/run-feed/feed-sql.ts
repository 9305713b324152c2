/** Of one run in one read; a larger event comes alone. */
const RUN_BYTES = 256 * 1024;
/** Of all runs in one read. Who goes short stands first next time. */
const READ_BYTES = 4 * 1024 * 1024;
const RUN_EVENTS = 500;

/**
 * Where each watched run stands and what it wrote after the seq its readers have seen: one question, however many are
 * watched. A run that has nothing new costs a look at its row. `octet_length` does not decompress.
 */
export const feedSql = `
  WITH w AS MATERIALIZED (
    SELECT w.n, w.id, w.after, r.seq, r.status, r.ended
      FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS w(id, after, n)
      LEFT JOIN LATERAL (SELECT seq, status, finished_at IS NOT NULL AS ended FROM run WHERE id = w.id LIMIT 1) r ON true
  ), e AS (
    SELECT w.n, e.seq, e.type, e.data, e.at,
           sum(octet_length(e.data)) OVER run AS run_bytes, row_number() OVER run AS run_place,
           sum(octet_length(e.data)) OVER every AS bytes, row_number() OVER every AS place
      FROM w CROSS JOIN LATERAL (
        SELECT seq, type, data, at FROM run_event WHERE run_id = w.id AND seq > w.after ORDER BY seq LIMIT ${RUN_EVENTS}
      ) e
     WHERE w.seq > w.after
    WINDOW run AS (PARTITION BY w.n ORDER BY e.seq), every AS (ORDER BY w.n, e.seq)
  )
  SELECT w.n::int AS n, w.seq AS last, w.status, w.ended, e.seq, e.type, e.data, e.at
    FROM w LEFT JOIN e ON e.n = w.n AND (place = 1 OR bytes <= ${READ_BYTES}) AND (run_place = 1 OR run_bytes <= ${RUN_BYTES})
   ORDER BY w.n, e.seq`;

/** One event of a watched run; or one row without an event, when there is none to give. A run that is gone has no `last`. */
export interface FeedRow {
  /** Place in the question, from 1. */
  readonly n: number;
  readonly last: number | null;
  readonly status: string | null;
  readonly ended: boolean | null;
  readonly seq: number | null;
  readonly type: string;
  readonly data: string;
  readonly at: Date;
}
