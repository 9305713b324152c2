import type { Tx } from '../database/index.js';
import { cloudEventOf, type Attributes } from '../events/index.js';

/** Rows claimed at once: with the largest data the hub accepts they are 50 MB. */
export const CHUNK = 200;

export interface PendingEvent {
  /** bigint, as text. */
  readonly seq: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly traceparent: string | undefined;
  readonly event: Readonly<Record<string, unknown>>;
}

interface Row {
  readonly seq: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly time: Date | null;
  readonly data: string | null;
  readonly traceparent: string | null;
  readonly attributes: string | null;
}

/** The next undispatched events after `seq`; what another replica holds is passed over. */
export async function claimEvents(tx: Tx, seq: string): Promise<PendingEvent[]> {
  // A hub that stops in its tracks must not hold the events: the others take over when the server drops its session.
  await tx.query("SET LOCAL idle_in_transaction_session_timeout = '5s'");
  const { rows } = await tx.query<Row>(
    `SELECT seq, id, source, type, subject, time, data, traceparent, attributes FROM event
     WHERE dispatched_at IS NULL AND seq > $1 ORDER BY seq LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED`,
    [seq],
  );
  return rows.map(pendingEvent);
}

export async function markDispatched(tx: Tx, seqs: readonly string[]): Promise<void> {
  await tx.query('UPDATE event SET dispatched_at = clock_timestamp() WHERE seq = ANY ($1::bigint[])', [seqs]);
}

/** Events that should have been dispatched by now, whatever became of their hint. */
export async function hasLeftovers(tx: Tx, olderThanMs: number): Promise<boolean> {
  const { rows } = await tx.query<{ exists: boolean }>(
    `SELECT EXISTS (SELECT FROM event WHERE dispatched_at IS NULL
       AND received_at < clock_timestamp() - $1 * interval '1 millisecond')`,
    [olderThanMs],
  );
  return rows[0]!.exists;
}

function pendingEvent(row: Row): PendingEvent {
  const { seq, source, id, type } = row;
  const event = cloudEventOf({
    id,
    source,
    type,
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.time !== null && { time: row.time }),
    ...(row.data !== null && { data: JSON.parse(row.data) as unknown }),
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    ...(row.attributes !== null && { attributes: JSON.parse(row.attributes) as Attributes }),
  });
  return { seq, source, id, type, traceparent: row.traceparent ?? undefined, event };
}
