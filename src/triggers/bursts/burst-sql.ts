import type { Tx } from '../../database/index.js';
import { eventColumns, type EventRow, storedEvent, type StoredEvent } from '../../events/index.js';

/** A burst that does not pause starts its run after so many times `for`. */
const LONGEST = 10;
/** Bursts claimed at once. Held while their runs start; what another replica holds is passed over. */
const CLAIM = 100;

/** An event that joins a burst, or begins one. */
export interface BurstEvent {
  readonly workflow: string;
  readonly entry: string;
  readonly key: string;
  /** Of the event; bigint, as text. */
  readonly seq: string;
  /** What the run gets if this stays the last event. */
  readonly input: unknown;
  readonly forMs: number;
}

export interface DueBurst {
  readonly workflow: string;
  readonly entry: string;
  readonly key: string;
  readonly events: number;
  readonly input: unknown;
  /** undefined: it is gone, by retention. */
  readonly event: StoredEvent | undefined;
}

/** Adds events to their bursts: the last one counts, and how long it is since. In the transaction that marks them as dispatched. */
export async function join(tx: Tx, events: readonly BurstEvent[]): Promise<void> {
  const bursts = new Map<string, { last: BurstEvent; events: number }>();
  for (const event of events) {
    const burst = JSON.stringify([event.workflow, event.entry, event.key]);
    const before = bursts.get(burst);
    const isLast = before === undefined || BigInt(event.seq) > BigInt(before.last.seq);
    bursts.set(burst, { last: isLast ? event : before.last, events: (before?.events ?? 0) + 1 });
  }
  // One order for all replicas, or two that meet in two bursts would wait for each other.
  const sorted = [...bursts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, burst]) => burst);
  const column = <T>(of: (burst: { last: BurstEvent; events: number }) => T) => sorted.map(of);
  await tx.query(
    `INSERT INTO event_burst AS b (workflow_id, entry, key, event_seq, events, input, first_at, due_at)
     SELECT workflow_id, entry, key, seq, events, input, statement_timestamp(), statement_timestamp() + ms * interval '1 ms'
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::int[], $6::text[], $7::float8[])
       AS n (workflow_id, entry, key, seq, events, input, ms)
     ON CONFLICT (workflow_id, entry, key) DO UPDATE SET
       event_seq = greatest(b.event_seq, excluded.event_seq),
       input = CASE WHEN excluded.event_seq > b.event_seq THEN excluded.input ELSE b.input END,
       events = b.events + excluded.events,
       due_at = least(greatest(b.due_at, excluded.due_at), b.first_at + ${LONGEST} * (excluded.due_at - excluded.first_at))`,
    [
      column(({ last }) => last.workflow),
      column(({ last }) => last.entry),
      column(({ last }) => last.key),
      column(({ last }) => last.seq),
      column(({ events: count }) => count),
      column(({ last }) => JSON.stringify(last.input ?? null)),
      column(({ last }) => last.forMs),
    ],
  );
}

interface Row extends Omit<EventRow, 'seq'> {
  readonly workflow_id: string;
  readonly entry: string;
  readonly key: string;
  readonly events: number;
  readonly input: string;
  readonly seq: string | null;
}

/** Bursts whose time has come, which alone the clock of the database says. */
export async function claimDue(tx: Tx): Promise<DueBurst[]> {
  // A hub that stops in its tracks must not hold them: the others take over when the server drops its session.
  await tx.query("SET LOCAL idle_in_transaction_session_timeout = '5s'");
  const { rows } = await tx.query<Row>(
    `SELECT b.workflow_id, b.entry, b.key, b.events, b.input, ${eventColumns}
     FROM event_burst b LEFT JOIN event e ON e.seq = b.event_seq
     WHERE b.due_at <= clock_timestamp() ORDER BY b.due_at LIMIT ${CLAIM} FOR UPDATE OF b SKIP LOCKED`,
  );
  return rows.map(({ workflow_id: workflow, entry, key, events, input, seq, ...event }) => ({
    workflow,
    entry,
    key,
    events,
    input: JSON.parse(input) as unknown,
    event: seq === null ? undefined : storedEvent({ ...event, seq }),
  }));
}

const identities = (bursts: readonly DueBurst[]) => [
  bursts.map(({ workflow }) => workflow),
  bursts.map(({ entry }) => entry),
  bursts.map(({ key }) => key),
];
const these = '(workflow_id, entry, key) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))';

export async function remove(tx: Tx, bursts: readonly DueBurst[]): Promise<void> {
  await tx.query(`DELETE FROM event_burst WHERE ${these}`, identities(bursts));
}

export async function postpone(tx: Tx, bursts: readonly DueBurst[], ms: number): Promise<void> {
  const due = `clock_timestamp() + ${ms} * interval '1 ms'`;
  await tx.query(`UPDATE event_burst SET due_at = ${due} WHERE ${these}`, identities(bursts));
}

/** Milliseconds until the next burst is due, negative when it has passed; undefined when there is none. */
export async function untilNextBurst(tx: Tx): Promise<number | undefined> {
  const { rows } = await tx.query<{ ms: number | null }>(
    'SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS ms FROM event_burst',
  );
  return rows[0]?.ms ?? undefined;
}
