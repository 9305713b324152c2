import type { Tx } from '../database/index.js';
import type { NewEvent } from './new-event.js';

/** What makes an event the same event. */
export function eventKey(event: { readonly source: string; readonly id: string }): string {
  return JSON.stringify([event.source, event.id]);
}

/** The keys of the events that are new, which now are rows. */
export async function insertEvents(tx: Tx, events: readonly NewEvent[]): Promise<Set<string>> {
  // Two transactions that insert the same events in another order would wait for each other.
  const rows = [...events].sort((a, b) => compare(a.source, b.source) || compare(a.id, b.id));
  const { rows: added } = await tx.query<{ source: string; id: string }>(
    `INSERT INTO event (source, id, type, subject, time, data, traceparent, attributes, data_base64)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
       $9::text[])
     ON CONFLICT (source, id) DO NOTHING
     RETURNING source, id`,
    [
      rows.map((event) => event.source),
      rows.map((event) => event.id),
      rows.map((event) => event.type),
      rows.map((event) => event.subject ?? null),
      rows.map((event) => event.time ?? null),
      rows.map((event) => (event.data === undefined ? null : JSON.stringify(event.data))),
      rows.map((event) => event.traceparent ?? null),
      rows.map((event) => (event.attributes === undefined ? null : JSON.stringify(event.attributes))),
      rows.map((event) => event.dataBase64 ?? null),
    ],
  );
  return new Set(added.map(eventKey));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
