import { hash } from 'node:crypto';
import type { Standing } from './standings.js';

/** What an open page of a run shows, and to whom. */
export interface Shown {
  readonly standing: Standing;
  readonly readerId: string;
  /** Another hub makes other pages. */
  readonly version: string;
}

/** A page of which nothing changed but the clock is made anew this many intervals later: bars of running steps grow. */
const STALE_AFTER = 3;

/** Names what a page shows, when, and how often it asks. The page sends it back, so that the hub need not remember. */
export function runTag(shown: Shown, now: number, everyMs: number): string {
  return `"${digestOf(shown)}.${now}.${everyMs}"`;
}

/** Whether the page that sends this tag need not be made anew. */
export function isFresh(tag: string | undefined, shown: Shown, now: number): boolean {
  const [, what, at, everyMs] = /^"([\w-]{22})\.(\d{1,15})\.(\d{1,9})"$/.exec(tag ?? '') ?? [];
  const age = now - Number(at);
  return what === digestOf(shown) && age >= 0 && age < STALE_AFTER * Number(everyMs);
}

/** With what a tag begins: the same while there is nothing else to show. */
export function digestOf({ standing: { seq, status, lastLog, asks }, readerId, version }: Shown): string {
  return hash('sha256', [seq, status, lastLog, asks, readerId, version].join(' '), 'base64url').slice(0, 22);
}
