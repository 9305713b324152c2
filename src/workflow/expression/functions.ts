import { conversions } from './conversions.js';
import { dateParts } from './dates.js';
import { checkList, checkText, Fault, spend, spendText, type CelFunction, type Frame } from './frame.js';
import { LIMITS } from './limits.js';
import { LinearRegex } from './regex.js';
import { programSizeOf } from './regex-size.js';
import { isMap, kindOf, NOTHING, Optional } from './values.js';

/** Maps, not objects: `constructor` must not be found. */
type Table = ReadonlyMap<string, CelFunction>;

function table(entries: Readonly<Record<string, CelFunction>>): Table {
  return new Map(Object.entries(entries));
}

/** `f(x)` */
export const functions = table({
  ...conversions,
  size: { arity: [1], apply: size },
  regex: {
    arity: [2],
    apply: (frame, [text, pattern]) => regex(frame, asText(text, 'regex'), asText(pattern, 'regex')),
  },
});

/** `x.f()` */
export const methods = table({
  size: { arity: [0], apply: size },
  startsWith: text1('startsWith', (text, part) => text.startsWith(part)),
  endsWith: text1('endsWith', (text, part) => text.endsWith(part)),
  contains: text1('contains', (text, part) => text.includes(part)),
  lowerAscii: text0('lowerAscii', (text) => text.toLowerCase()),
  upperAscii: text0('upperAscii', (text) => text.toUpperCase()),
  trim: text0('trim', (text) => text.trim()),
  indexOf: { arity: [1, 2], apply: (frame, args) => find(frame, args, 'indexOf') },
  lastIndexOf: { arity: [1, 2], apply: (frame, args) => find(frame, args, 'lastIndexOf') },
  substring: { arity: [1, 2], apply: substring },
  replace: { arity: [2], apply: replace },
  split: { arity: [1, 2], apply: split },
  join: { arity: [0, 1], apply: join },
  hasValue: { arity: [0], apply: (_frame, [value]) => asOptional(value).value !== undefined },
  value: { arity: [0], apply: (_frame, [value]) => presentValue(asOptional(value)) },
  ...dateParts(),
});

/** The only receiver that is a name: `optional.of(x)`. */
export const optionalFunctions = table({
  none: { arity: [0], apply: () => NOTHING },
  of: { arity: [1], apply: (_frame, [value]) => new Optional(value) },
});

function size(frame: Frame, [value]: readonly unknown[]): number {
  if (typeof value === 'string') {
    spend(frame, 1 + (value.length >> 2));
    let count = 0;
    for (const _ of value) count++;
    return count;
  }
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new Fault(`size() takes text, a list or a map, not ${kindOf(value)}`);
}

/** A pattern written in the expression is compiled once, when the expression is; see nodes.ts. */
function regex(frame: Frame, text: string, pattern: string): boolean {
  // Compiling one takes milliseconds when its counts are large.
  spend(frame, 5_000 + 300 * programSizeOf(pattern.slice(0, LIMITS.pattern)));
  return new LinearRegex(pattern).testWithin(frame, text);
}

function text0(name: string, apply: (text: string) => unknown): CelFunction {
  return {
    arity: [0],
    apply(frame, [value]) {
      const text = asText(value, name);
      spendText(frame, text);
      return apply(text);
    },
  };
}

function text1(name: string, apply: (text: string, argument: string) => unknown): CelFunction {
  return {
    arity: [1],
    apply(frame, [value, argument]) {
      const text = asText(value, name);
      spendText(frame, text);
      return apply(text, asText(argument, name));
    },
  };
}

function find(frame: Frame, [value, part, from]: readonly unknown[], name: 'indexOf' | 'lastIndexOf'): number {
  const text = asText(value, name);
  spendText(frame, text);
  if (from === undefined) return text[name](asText(part, name));
  return text[name](asText(part, name), asIndex(from, text.length, name));
}

function substring(frame: Frame, [value, start, end]: readonly unknown[]): string {
  const text = asText(value, 'substring');
  spendText(frame, text);
  const from = asIndex(start, text.length, 'substring');
  const to = end === undefined ? text.length : asIndex(end, text.length, 'substring');
  if (to < from) throw new Fault('substring() ends before it starts');
  return text.slice(from, to);
}

function replace(frame: Frame, [value, part, by]: readonly unknown[]): string {
  const text = asText(value, 'replace');
  const needle = asText(part, 'replace');
  const replacement = asText(by, 'replace');
  spendText(frame, text);
  const pieces = text.split(needle);
  checkText(text.length + pieces.length * replacement.length);
  spend(frame, pieces.length);
  return pieces.join(replacement);
}

function split(frame: Frame, [value, separator, limit]: readonly unknown[]): unknown {
  const text = asText(value, 'split');
  spendText(frame, text);
  const parts = text.split(asText(separator, 'split'), LIMITS.list + 1);
  checkList(parts.length);
  spend(frame, parts.length);
  if (limit === undefined) return parts;
  const most = asNumber(limit, 'split');
  if (most === 0) return [];
  if (most < 0 || parts.length <= most) return parts;
  return [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator as string)];
}

function join(frame: Frame, [value, separator]: readonly unknown[]): string {
  if (!Array.isArray(value)) throw new Fault(`join() works on a list, not ${kindOf(value)}`);
  const between = separator === undefined ? '' : asText(separator, 'join');
  let length = 0;
  for (const item of value) {
    if (typeof item !== 'string') throw new Fault(`join() takes texts, not ${kindOf(item)}; use .map(x, string(x))`);
    length += item.length + between.length;
  }
  checkText(length);
  spend(frame, 1 + value.length + (length >> 5));
  return value.join(between);
}

export function asText(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new Fault(`${name}() takes text, not ${kindOf(value)}`);
}

function asNumber(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  throw new Fault(`${name}() takes a number, not ${kindOf(value)}`);
}

function asIndex(value: unknown, length: number, name: string): number {
  const index = asNumber(value, name);
  if (Number.isInteger(index) && index >= 0 && index <= length) return index;
  throw new Fault(`${name}(): the position is not within the text`);
}

export function asOptional(value: unknown): Optional {
  if (value instanceof Optional) return value;
  throw new Fault(`${kindOf(value)} is not optional; write .? before the name that may be missing`);
}

function presentValue(optional: Optional): unknown {
  if (optional.value === undefined) throw new Fault('the optional has no value', true);
  return optional.value;
}
