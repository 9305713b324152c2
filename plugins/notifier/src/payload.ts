import { createHash } from 'node:crypto';
import { z } from 'zod';
import { clean, cut } from './message/texts.js';

const MOST_ALERTS = 1_000;
const MOST_LABELS = 64;
const LONGEST_NAME = 128;
const LONGEST_VALUE = 2_000;
const LONGEST_URL = 3_000;
const LONGEST_GROUP_KEY = 1_000;
/** JSON of one alert, bytes: its event may have 256 KiB, and several share an item of the queue. */
const LARGEST_ALERT = 96 * 1_024;
const LARGEST_COMMON = 24 * 1_024;

/** Cut, not refused: Alertmanager drops what is answered 4xx for good. */
const text = (max: number) => z.string().transform((value) => cut(clean(value), max));
const Labels = z
  .record(
    z
      .string()
      .min(1)
      .max(LONGEST_NAME)
      .refine((name) => name === clean(name), 'holds control characters'),
    text(LONGEST_VALUE),
  )
  .refine((labels) => Object.keys(labels).length <= MOST_LABELS, `has more than ${MOST_LABELS} entries`);
const Status = z.enum(['firing', 'resolved']);
/** RFC 3339, as Go writes it; other texts that are dates to JavaScript may hold anything. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const Time = z
  .string()
  .refine((time) => TIME.test(time) && !Number.isNaN(Date.parse(time)), 'is not a time like 2026-01-31T10:00:00Z');

const Alert = z
  .object({
    status: Status,
    labels: Labels,
    annotations: Labels.default({}),
    startsAt: Time,
    endsAt: Time.default('0001-01-01T00:00:00Z'),
    generatorURL: text(LONGEST_URL).default(''),
    fingerprint: z.string().regex(/^[0-9a-zA-Z_-]{1,64}$/, 'must be 1 to 64 letters and digits'),
  })
  .transform((alert) => fitted(alert, LARGEST_ALERT));
export type Alert = z.infer<typeof Alert>;

const Common = Labels.default({}).transform((labels) => fitted(labels, LARGEST_COMMON));

/** Alertmanager's webhook, version 4. Fields that are not named here may come with newer ones. */
const Whole = z.object({
  version: z.literal('4'),
  groupKey: z.string().min(1).transform(shortKey),
  status: Status,
  receiver: text(200).default(''),
  truncatedAlerts: z.int().min(0).default(0),
  groupLabels: Common,
  commonLabels: Common,
  commonAnnotations: Common,
  externalURL: text(LONGEST_URL).default(''),
  /** Since Alertmanager 0.32. */
  notification_reason: text(100).default(''),
  alerts: z.array(Alert).min(1).max(MOST_ALERTS),
});
export const Notification = z.preprocess(withoutThoseLeft, Whole);
export type Notification = z.infer<typeof Notification>;

/** More alerts than are kept count as what Alertmanager leaves out itself: refused, none of them would be told. */
function withoutThoseLeft(body: unknown): unknown {
  const { alerts, truncatedAlerts = 0 } = (body ?? {}) as { alerts?: unknown; truncatedAlerts?: unknown };
  if (!Array.isArray(alerts) || alerts.length <= MOST_ALERTS || typeof truncatedAlerts !== 'number') return body;
  const left = alerts.length - MOST_ALERTS;
  return { ...(body as object), alerts: alerts.slice(0, MOST_ALERTS), truncatedAlerts: truncatedAlerts + left };
}

/** A long key keeps its beginning and stays the only one of its kind. */
function shortKey(key: string): string {
  if (key.length <= LONGEST_GROUP_KEY && key === clean(key)) return key;
  return `${cut(clean(key), LONGEST_GROUP_KEY)}#${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

/** Texts are cut further until the JSON fits; ids and times are shorter than the last step. */
function fitted<T>(value: T, bytes: number): T {
  let result = value;
  for (const most of [400, 100, 64]) {
    if (Buffer.byteLength(JSON.stringify(result)) <= bytes) break;
    const short = (_: string, inner: unknown) => (typeof inner === 'string' ? cut(inner, most) : inner);
    result = JSON.parse(JSON.stringify(result, short)) as T;
  }
  return result;
}
