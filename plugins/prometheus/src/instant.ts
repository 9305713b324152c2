const UNIT_SECONDS = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LENGTH = /^(\d{1,9})(ms|s|m|h|d)$/;

/** Seconds since 1970 of `now`, `-5m`, a number of seconds or an RFC 3339 time; undefined when it is none. */
export function instantOf(value: string | number, nowMs: number): number | undefined {
  if (typeof value === 'number') return value;
  const now = nowMs / 1_000;
  if (value === 'now') return now;
  if (value.startsWith('-')) {
    const seconds = secondsOf(value.slice(1));
    return seconds === undefined ? undefined : now - seconds;
  }
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at / 1_000;
}

/** Seconds of `15s`, `5m`, `500ms`; undefined when it is no length of time. */
export function secondsOf(text: string): number | undefined {
  const match = LENGTH.exec(text);
  return match === null ? undefined : Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
}
