import { checkText, Fault, spend, spendText, type Frame } from './frame.js';

/*
 * Values of expressions are JSON, and three kinds that live only inside an expression.
 * There is one kind of number, as in JSON: `1 == 1.0`, `7 / 2` is 3.5.
 */

export class Timestamp {
  constructor(readonly ms: number) {
    if (!(Math.abs(ms) <= 8.64e15)) throw new Fault('the timestamp is out of range');
  }
}

export class Span {
  constructor(readonly ms: number) {}
}

/** What `.?` gives: a value or nothing. */
export class Optional {
  constructor(readonly value: unknown) {}
}

export const NOTHING = new Optional(undefined);

/** For messages: kinds, never values. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Span) return 'duration';
  if (value instanceof Optional) return 'optional';
  return typeof value === 'object' ? 'map' : typeof value;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Timestamp || value instanceof Span || value instanceof Optional)
  );
}

/** Own properties only: `constructor` and `__proto__` are names like any other. */
export function ownValue(map: JsonObject, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Values of different kinds are unequal, not an error. */
export function equal(frame: Frame, a: unknown, b: unknown): boolean {
  spend(frame, 1);
  // Two long texts that are equal are read to their end.
  if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) spendText(frame, a);
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return (a ?? null) === (b ?? null);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(frame, item, b[i]));
  }
  if (a instanceof Timestamp) return b instanceof Timestamp && a.ms === b.ms;
  if (a instanceof Span) return b instanceof Span && a.ms === b.ms;
  if (a instanceof Optional) return b instanceof Optional && equal(frame, a.value, b.value);
  if (!isMap(b)) return false;
  const left = a as JsonObject;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(frame, left[key], b[key]))
  );
}

/** The value as JSON. `budget` stops small expressions that name one large value many times. */
export function toJsonValue(frame: Frame, value: unknown, budget: { characters: number }): unknown {
  spend(frame, 1);
  budget.characters -= 2;
  checkText(budget.characters < 0 ? Infinity : 0);
  if (value === undefined) return null;
  if (typeof value === 'string') {
    budget.characters -= value.length;
    return value;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Fault('the result is not a finite number');
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Timestamp) return new Date(value.ms).toISOString();
  if (value instanceof Span) return `${value.ms / 1000}s`;
  if (value instanceof Optional) return toJsonValue(frame, value.value, budget);
  if (Array.isArray(value)) return value.map((item) => toJsonValue(frame, item, budget));
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    budget.characters -= key.length;
    setOwn(copy, key, toJsonValue(frame, (value as JsonObject)[key], budget));
  }
  return copy;
}

/** Assigning to `__proto__` would change the prototype instead of adding a property. */
export function setOwn(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}

/** What a value reads like inside a text. */
export function textOf(frame: Frame, value: unknown, budget: { characters: number }): string {
  const text = toJsonValue(frame, value, budget);
  if (typeof text === 'string') spendText(frame, text);
  return typeof text === 'string'
    ? text
    : text === null
      ? ''
      : typeof text === 'object'
        ? JSON.stringify(text)
        : String(text);
}
