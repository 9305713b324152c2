import { parseDate, parseSpan } from './dates.js';
import { Fault, spend, type CelFunction, type Frame } from './frame.js';
import { LIMITS } from './limits.js';
import { kindOf, textOf, toJsonValue } from './values.js';

/** No message here quotes the value: it may be a secret. */
export const conversions: Readonly<Record<string, CelFunction>> = {
  string: one((frame, value) => {
    const simple = typeof value !== 'object' && value !== undefined;
    if (!simple && ['null', 'list', 'map', 'optional'].includes(kindOf(value))) {
      throw new Fault(`string() does not take ${kindOf(value)}; use toJson()`);
    }
    return textOf(frame, value, { characters: LIMITS.text });
  }),
  int: one((_frame, value) => wholeNumber(Math.trunc(toNumber(value, 'int')))),
  double: one((_frame, value) => toNumber(value, 'double')),
  bool: one((_frame, value) => toBoolean(value)),
  dyn: one((_frame, value) => value),
  timestamp: one((_frame, value) => parseDate(value)),
  duration: one((_frame, value) => parseSpan(value)),
  toJson: one((frame, value) => {
    const text = JSON.stringify(toJsonValue(frame, value, { characters: LIMITS.text }));
    spend(frame, text.length >> 1);
    return text;
  }),
  fromJson: one((frame, value) => {
    if (typeof value !== 'string') throw new Fault(`fromJson() takes text, not ${kindOf(value)}`);
    if (value.length > LIMITS.text) throw new Fault(`fromJson() takes at most ${LIMITS.text} characters`);
    spend(frame, 1 + (value.length >> 2));
    try {
      return JSON.parse(value) as unknown;
    } catch {
      throw new Fault('fromJson(): the text is not JSON');
    }
  }),
};

function one(apply: (frame: Frame, value: unknown) => unknown): CelFunction {
  return { arity: [1], apply: (frame, [value]) => apply(frame, value) };
}

function toNumber(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw new Fault(`${name}() takes a number or text, not ${kindOf(value)}`);
  if (/^[+-]?\d{1,32}(\.\d{1,32})?([eE][+-]?\d{1,3})?$/.test(value)) return Number(value);
  throw new Fault(`${name}(): the text is not a number`);
}

function wholeNumber(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new Fault('int(): the number is too large for an exact whole number');
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new Fault(
    `bool() takes true, false, "true" or "false", not ${typeof value === 'string' ? 'another text' : kindOf(value)}`,
  );
}
