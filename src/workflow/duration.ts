const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SHAPE = /^(\d{1,9})(ms|s|m|h|d)$/;

/** A timer further away than this is a mistake in the file, not a plan. */
export const MAX_DURATION_MS = 365 * UNIT_MS.d;

export const DURATION_HELP = 'write a whole number and a unit: 500ms, 30s, 5m, 2h, 7d (at most 365d)';

/** Milliseconds of `500ms`, `30s`, `5m`, `2h`, `7d`; undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return ms <= MAX_DURATION_MS ? ms : undefined;
}

/** The shortest text of a duration: the inverse of `parseDuration`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    if (ms !== 0 && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`;
  }
  return `${ms}ms`;
}
