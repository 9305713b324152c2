import { checkList, checkText, Fault, spend, spendText, type Frame } from './frame.js';
import { equal, isMap, kindOf, Span, Timestamp } from './values.js';

export type Binary = (frame: Frame, a: unknown, b: unknown) => unknown;

export const binaryOperators: Readonly<Record<string, Binary>> = {
  '==': (frame, a, b) => equal(frame, a, b),
  '!=': (frame, a, b) => !equal(frame, a, b),
  '<': (frame, a, b) => order(frame, a, b, '<') < 0,
  '<=': (frame, a, b) => order(frame, a, b, '<=') <= 0,
  '>': (frame, a, b) => order(frame, a, b, '>') > 0,
  '>=': (frame, a, b) => order(frame, a, b, '>=') >= 0,
  in: contains,
  '+': add,
  '-': subtract,
  '*': (_frame, a, b) => numbers(a, b, '*', (x, y) => x * y),
  '/': (_frame, a, b) => numbers(a, b, '/', divide),
  '%': (_frame, a, b) => numbers(a, b, '%', remainder),
};

function add(frame: Frame, a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') {
    checkText(a.length + b.length);
    spendText(frame, a);
    spendText(frame, b);
    return a + b;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    checkList(a.length + b.length);
    spend(frame, a.length + b.length);
    return [...(a as unknown[]), ...(b as unknown[])];
  }
  if (a instanceof Timestamp && b instanceof Span) return new Timestamp(a.ms + b.ms);
  if (a instanceof Span && b instanceof Timestamp) return new Timestamp(a.ms + b.ms);
  if (a instanceof Span && b instanceof Span) return new Span(a.ms + b.ms);
  return numbers(a, b, '+', (x, y) => x + y);
}

function subtract(_frame: Frame, a: unknown, b: unknown): unknown {
  if (a instanceof Timestamp && b instanceof Timestamp) return new Span(a.ms - b.ms);
  if (a instanceof Timestamp && b instanceof Span) return new Timestamp(a.ms - b.ms);
  if (a instanceof Span && b instanceof Span) return new Span(a.ms - b.ms);
  return numbers(a, b, '-', (x, y) => x - y);
}

function numbers(a: unknown, b: unknown, operator: string, apply: (x: number, y: number) => number): number {
  if (typeof a !== 'number' || typeof b !== 'number') throw mismatch(a, operator, b);
  const result = apply(a, b);
  // Beyond 2^53 whole numbers would silently lose digits.
  if (!Number.isSafeInteger(result) && Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isInteger(result)) {
    throw new Fault(`the result of ${operator} is too large for an exact whole number`);
  }
  return result;
}

function divide(x: number, y: number): number {
  if (y === 0) throw new Fault('division by zero');
  return x / y;
}

function remainder(x: number, y: number): number {
  if (y === 0) throw new Fault('division by zero');
  return x % y;
}

function order(frame: Frame, a: unknown, b: unknown, operator: string): number {
  if (typeof a === 'number' && typeof b === 'number') return compare(a, b);
  if (typeof a === 'string' && typeof b === 'string') {
    spendText(frame, a.length < b.length ? a : b);
    return compare(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') return compare(Number(a), Number(b));
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Span && b instanceof Span))
    return compare(a.ms, b.ms);
  throw mismatch(a, operator, b);
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function contains(frame: Frame, item: unknown, whole: unknown): boolean {
  if (Array.isArray(whole)) return whole.some((member) => equal(frame, item, member));
  if (isMap(whole)) return typeof item === 'string' && Object.hasOwn(whole, item);
  throw mismatch(item, 'in', whole);
}

function mismatch(a: unknown, operator: string, b: unknown): Fault {
  const kinds = [kindOf(a), kindOf(b)];
  const hint = operator === '+' && kinds.includes('string') ? '; use string(...)' : '';
  return new Fault(`${kinds[0]} ${operator} ${kinds[1]} is not defined${hint}`);
}
