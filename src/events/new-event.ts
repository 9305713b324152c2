import type { Problem } from '../errors/index.js';

/** An event to publish. Another with the same source and id is the same event and is not published again. */
export interface NewEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  /** When it happened, as its sender says; not when the hub heard of it. */
  readonly time?: Date;
  /** Any JSON value. */
  readonly data?: unknown;
  /** Data that is not JSON, in base64; then there is no `data`. */
  readonly dataBase64?: string;
  readonly traceparent?: string;
  /** Other CloudEvents attributes, kept as they came: datacontenttype, dataschema, extensions. */
  readonly attributes?: Attributes;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

const EVENT_LIMITS = {
  /** UTF-8 bytes of id, source, type and subject each: an index entry holds two of them. */
  attributeBytes: 1_024,
  /** UTF-8 bytes of the names and values of all other attributes together. */
  attributesBytes: 8_192,
  /** UTF-8 bytes of data as JSON, or characters in base64. */
  dataBytes: 262_144,
  dataDepth: 100,
} as const;

// W3C trace context: version, trace id, parent id, flags; ids of zeros are not ids.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Everything that keeps the hub from storing the event. */
export function problemsOf(event: NewEvent): Problem[] {
  const problems: Problem[] = [];
  const check = (path: string, message: string | undefined) => {
    if (message !== undefined) problems.push({ path, message });
  };
  for (const name of ['id', 'source', 'type'] as const) check(name, textProblem(event[name]));
  if (event.subject !== undefined) check('subject', textProblem(event.subject));
  if (event.time !== undefined) check('time', timeProblem(event.time));
  if (event.data !== undefined) check('data', dataProblem(event.data));
  if (event.dataBase64 !== undefined) check('data_base64', base64Problem(event.dataBase64));
  if (event.traceparent !== undefined && !TRACEPARENT.test(event.traceparent)) {
    check(
      'traceparent',
      `${JSON.stringify(event.traceparent)} is not a W3C traceparent (00-<32 hex>-<16 hex>-<2 hex>)`,
    );
  }
  if (event.attributes !== undefined) problems.push(...attributesProblems(event.attributes));
  return problems;
}

function textProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return value === undefined ? 'is required' : `must be a string, not ${kindOf(value)}`;
  if (value === '') return 'must not be empty';
  if (bytes(value) > EVENT_LIMITS.attributeBytes) return `is longer than ${EVENT_LIMITS.attributeBytes} bytes`;
  return attributeTextProblem(value);
}

/** CloudEvents forbids control characters and half surrogate pairs in attributes; PostgreSQL would refuse or alter some. */
export function attributeTextProblem(value: string): string | undefined {
  return /[\p{Cc}\p{Cs}]/u.test(value) ? 'holds a control character or half of a surrogate pair' : undefined;
}

function attributesProblems(attributes: Attributes): Problem[] {
  const entries = Object.entries(attributes);
  const wrong = entries.filter(([, value]) => typeof value === 'object');
  if (wrong.length > 0)
    return wrong.map(([path, value]) => ({
      path,
      message: `must be a string, a boolean or an integer, not ${kindOf(value)}`,
    }));
  const size = entries.reduce((sum, [name, value]) => sum + bytes(name) + bytes(String(value)), 0);
  if (size <= EVENT_LIMITS.attributesBytes) return [];
  const message = `the other attributes are ${size} bytes together; ${EVENT_LIMITS.attributesBytes} are allowed: put them into data`;
  return [{ path: '', message }];
}

function timeProblem(time: Date): string | undefined {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9999 ? undefined : 'must be a time of the years 1 to 9999, like 2026-04-05T17:31:00Z';
}

function dataProblem(data: unknown): string | undefined {
  if (deeperThan(data, EVENT_LIMITS.dataDepth)) return `nests deeper than ${EVENT_LIMITS.dataDepth} levels`;
  const size = bytes(JSON.stringify(data) ?? '');
  if (size === 0) return `must be JSON, not ${typeof data}`;
  if (size <= EVENT_LIMITS.dataBytes) return undefined;
  return `is ${size} bytes of JSON; ${EVENT_LIMITS.dataBytes} are allowed: store it elsewhere and send a reference`;
}

function base64Problem(data: unknown): string | undefined {
  if (typeof data !== 'string') return `must be a string, not ${kindOf(data)}`;
  if (data.length > EVENT_LIMITS.dataBytes)
    return `has ${data.length} characters; ${EVENT_LIMITS.dataBytes} are allowed: store it elsewhere and send a reference`;
  return data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data) ? undefined : 'is not base64';
}

function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => deeperThan(child, levels - 1));
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
