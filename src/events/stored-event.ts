import { cloudEventOf } from './cloud-event.js';
import type { Attributes } from './new-event.js';

/** A row of the event table. */
export interface EventRow {
  /** bigint, as text. */
  readonly seq: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | null;
  readonly time: Date | null;
  readonly data: string | null;
  readonly data_base64: string | null;
  readonly traceparent: string | null;
  readonly attributes: string | null;
}

export interface StoredEvent {
  readonly seq: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly traceparent: string | undefined;
  /** The CloudEvent, as expressions see it. */
  readonly event: Readonly<Record<string, unknown>>;
}

export const eventColumns = 'seq, id, source, type, subject, time, data, data_base64, traceparent, attributes';

export function storedEvent(row: EventRow): StoredEvent {
  const { seq, source, id, type } = row;
  const event = cloudEventOf({
    id,
    source,
    type,
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.time !== null && { time: row.time }),
    ...(row.data !== null && { data: JSON.parse(row.data) as unknown }),
    ...(row.data_base64 !== null && { dataBase64: row.data_base64 }),
    ...(row.traceparent !== null && { traceparent: row.traceparent }),
    ...(row.attributes !== null && { attributes: JSON.parse(row.attributes) as Attributes }),
  });
  return { seq, source, id, type, traceparent: row.traceparent ?? undefined, event };
}
