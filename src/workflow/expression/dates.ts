import { Fault, type CelFunction } from './frame.js';
import { kindOf, Span, Timestamp } from './values.js';

const SPAN_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

/** RFC 3339 text, or seconds since 1970. */
export function parseDate(value: unknown): Timestamp {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'number') return new Timestamp(value * 1000);
  if (typeof value !== 'string') throw new Fault(`timestamp() takes text or seconds since 1970, not ${kindOf(value)}`);
  const ms = RFC3339.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) throw new Fault('timestamp(): the text is not like 2026-01-31T12:00:00Z');
  return new Timestamp(ms);
}

/** `1h30m`, `-2s`, `1.5h`; days are allowed as in workflow files. */
export function parseSpan(value: unknown): Span {
  if (value instanceof Span) return value;
  if (typeof value !== 'string') throw new Fault(`duration() takes text, not ${kindOf(value)}`);
  const sign = value.startsWith('-') ? -1 : 1;
  const text = value.replace(/^[+-]/, '');
  if (text.length > 40 || !/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text))
    throw new Fault('duration(): the text is not like 90s or 1h30m');
  let ms = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g)) ms += Number(amount) * SPAN_MS[unit!]!;
  return new Span(sign * ms);
}

/** All in UTC. `getHours` and below work on durations too, as totals. */
export function dateParts(): Readonly<Record<string, CelFunction>> {
  return {
    getFullYear: date((d) => d.getUTCFullYear()),
    getMonth: date((d) => d.getUTCMonth()),
    getDate: date((d) => d.getUTCDate()),
    getDayOfMonth: date((d) => d.getUTCDate() - 1),
    getDayOfWeek: date((d) => d.getUTCDay()),
    getDayOfYear: date((d) => Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000)),
    getHours: date((d) => d.getUTCHours(), 3_600_000),
    getMinutes: date((d) => d.getUTCMinutes(), 60_000),
    getSeconds: date((d) => d.getUTCSeconds(), 1_000),
    getMilliseconds: date((d) => d.getUTCMilliseconds(), 1),
  };
}

function date(part: (date: Date) => number, spanUnit?: number): CelFunction {
  return {
    arity: [0],
    apply(_frame, [value]) {
      if (value instanceof Timestamp) return part(new Date(value.ms));
      if (value instanceof Span && spanUnit !== undefined) return Math.trunc(value.ms / spanUnit);
      throw new Fault(
        `this works on a timestamp${spanUnit === undefined ? '' : ' or a duration'}, not ${kindOf(value)}`,
      );
    },
  };
}
