/** Of the time of one reader at most a twentieth goes into reading a page anew. */
const SHARE = 20;
/** Nor does a page that is left open load more than this, characters per millisecond: 100 KB a second. */
const CHARACTERS_PER_MS = 100;
const LONGEST_MS = 30_000;

/** How long an open page waits before it asks again, ms: longer when it is large, or took long to read and to make. */
export function liveInterval(atLeast: number, tookMs: number, characters: number): number {
  return Math.min(LONGEST_MS, Math.ceil(Math.max(atLeast, tookMs * SHARE, characters / CHARACTERS_PER_MS)));
}
