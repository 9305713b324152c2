import type { Tx } from '../database/index.js';
import { eventColumns, storedEvent, type EventRow, type StoredEvent } from '../events/index.js';

/** Rows claimed at once: with the largest data the hub accepts they are 50 MB. */
export const CHUNK = 200;

/** The next undispatched events after `seq`; what another replica holds is passed over. */
export async function claimEvents(tx: Tx, seq: string): Promise<StoredEvent[]> {
  // A hub that stops in its tracks must not hold the events: the others take over when the server drops its session.
  await tx.query("SET LOCAL idle_in_transaction_session_timeout = '5s'");
  const { rows } = await tx.query<EventRow>(
    `SELECT ${eventColumns} FROM event
     WHERE dispatched_at IS NULL AND seq > $1 ORDER BY seq LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED`,
    [seq],
  );
  return rows.map(storedEvent);
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
