import { DURATION_HELP, parseDuration } from '../duration.js';
import { didYouMean } from '../suggest.js';
import type { Keys } from './keys.js';
import type { Path } from './path.js';
import type { Report } from './report.js';

export type JsonMap = Readonly<Record<string, unknown>>;

export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function kind(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  // JSON would call NaN and Infinity null.
  if (typeof value === 'number') return `the number ${value}`;
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${JSON.stringify(value).slice(0, 80)}`;
}

/** The map at a path, its keys checked; undefined when it is not a map. */
export function mapAt(report: Report, path: Path, value: unknown, keys?: Keys): JsonMap | undefined {
  if (!isJsonMap(value)) {
    report.add(path, `this must be a map, not ${kind(value)}`);
    return undefined;
  }
  if (keys !== undefined) for (const key of Object.keys(value)) checkKey(report, path, key, keys);
  return value;
}

function checkKey(report: Report, path: Path, key: string, keys: Keys): void {
  if (keys.known.includes(key)) return;
  const at = [...path, key];
  if (keys.later.includes(key)) {
    report.add(at, `"${key}" is not built yet in this version; remove it`, 'CC_GRAMMAR_NOT_BUILT', { inKey: true });
  } else {
    const suggestion = didYouMean(key, keys.known) || ` Known are: ${keys.known.join(', ')}.`;
    report.add(at, `unknown key "${key}".${suggestion}`, undefined, { inKey: true });
  }
}

/** The text at a path, when there is one; anything else is a problem. */
export function textAt(report: Report, path: Path, value: unknown, maxLength = 1_000): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '')
    report.add(path, `this must be a text, not ${value === '' ? 'empty' : kind(value)}`);
  else if (value.length > maxLength)
    report.add(path, `this has ${value.length} characters, at most ${maxLength} are allowed`);
  else return value;
  return undefined;
}

export function wordAt(report: Report, path: Path, value: unknown, words: readonly string[]): void {
  if (value === undefined || (typeof value === 'string' && words.includes(value))) return;
  report.add(path, `this must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not ${kind(value)}`);
}

export function booleanAt(report: Report, path: Path, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean')
    report.add(path, `this must be true or false, not ${kind(value)}`);
}

export function numberAt(
  report: Report,
  path: Path,
  value: unknown,
  range: { min: number; max: number; whole?: boolean },
): void {
  if (value === undefined) return;
  const fits =
    typeof value === 'number' && value >= range.min && value <= range.max && (!range.whole || Number.isInteger(value));
  if (!fits)
    report.add(
      path,
      `this must be a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}, not ${kind(value)}`,
    );
}

/** `positive`: a timeout of nothing would fail every attempt. */
export function durationAt(report: Report, path: Path, value: unknown, positive: boolean): void {
  if (value === undefined) return;
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined) report.add(path, `${kind(value)} is not a duration; ${DURATION_HELP}`);
  else if (positive && ms === 0) report.add(path, 'this must be longer than nothing');
}

export function listAt(report: Report, path: Path, value: unknown, max: number): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) report.add(path, `this must be a list, not ${kind(value)}`);
  else if (value.length > max) report.add(path, `this has ${value.length} entries, at most ${max} are allowed`);
  else return value as unknown[];
  return undefined;
}
