import type { Problem } from '../../errors/index.js';

/** UTF-8 bytes of a value as JSON. */
const MOST_BYTES = 262_144;
/** Characters of a name: lane, id of an item, key of a record. An index entry holds two of them in four bytes each. */
const LONGEST_NAME = 500;

/** Why `value` cannot be a lane, an id or a key; undefined when it can. */
export function nameProblem(path: string, value: unknown): Problem | undefined {
  if (typeof value !== 'string') return { path, message: value === undefined ? 'is missing' : 'must be a text' };
  if (value === '') return { path, message: 'must not be empty' };
  if ([...value].length > LONGEST_NAME) return { path, message: `is longer than ${LONGEST_NAME} characters` };
  // PostgreSQL refuses the one and would alter the other: what is asked for later would not be found.
  if (/[\0\p{Cs}]/u.test(value)) return { path, message: 'holds a null character or half of a surrogate pair' };
  return undefined;
}

/** A value as the JSON that is stored, or why it cannot be. */
export function jsonOf(path: string, value: unknown): { readonly json: string } | { readonly problem: Problem } {
  let json: string | undefined;
  try {
    json = JSON.stringify(value) as string | undefined;
  } catch (thrown) {
    const why = thrown instanceof RangeError ? 'it nests too deep' : (thrown as Error).message;
    return { problem: { path, message: `is not JSON: ${why}` } };
  }
  if (json === undefined) return { problem: { path, message: `is not JSON: it is ${typeof value}` } };
  const size = Buffer.byteLength(json);
  if (size <= MOST_BYTES) return { json };
  return { problem: { path, message: `is ${size} bytes of JSON; ${MOST_BYTES} are allowed` } };
}
