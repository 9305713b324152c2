import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../config/index.js';
import { CcError, messageOf } from '../errors/index.js';
import type { Surroundings } from './surroundings.js';

/** `--input`, `--data`: JSON as it stands, `@file`, or `-` for stdin. */
export async function jsonArgument(option: string, given: string, outside: Surroundings): Promise<unknown> {
  const [text, origin] = await source(given, option, outside);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const hint = origin === option ? ' Quote it for the shell, as in \'{"name": "Ada"}\', or use @file.' : '';
    throw new CcError('CC_USAGE', `${origin} is not JSON: ${messageOf(cause)}.${hint}`, { cause });
  }
}

async function source(value: string, option: string, outside: Surroundings): Promise<[text: string, origin: string]> {
  if (value === '-') return [await readAll(outside.stdin), 'stdin'];
  if (value.startsWith('@')) return [fileText(value.slice(1)), value.slice(1)];
  return [value, option];
}

export function fileText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CcError('CC_FILE_UNREADABLE', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** A positive whole number, for commander. */
export function count(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Expected a whole number from 1.');
  return number;
}

/** `30s 5m 2h` as milliseconds, for commander. */
export function durationArgument(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 500ms, 30s, 5m, 2h or 7d.');
  return ms;
}

/** A moment: ISO 8601, or a duration meaning "that long ago". */
export function instantArgument(now: () => number): (value: string) => string {
  return (value) => {
    const ago = parseDuration(value);
    if (ago !== undefined) return new Date(now() - ago).toISOString();
    const at = Date.parse(value);
    if (Number.isNaN(at))
      throw new InvalidArgumentError('Expected a time such as 2026-11-23T06:00:00Z, or a duration such as 2h (ago).');
    return new Date(at).toISOString();
  };
}

/** One of a list, or several with commas between, as the API takes them. */
export function someOf(values: readonly string[]): (value: string) => string {
  return (value) => {
    const unknown = value.split(',').find((one) => !values.includes(one));
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is not one of ${values.join(', ')}.`);
    return value;
  };
}
