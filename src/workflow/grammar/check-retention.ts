import { parseDuration } from '../duration.js';
import type { Report } from './report.js';
import { durationAt } from './shape.js';

/** A slip of the unit would delete runs that people are still looking at. */
const LEAST_MS = 3_600_000;

export function checkRetention(value: unknown, report: Report): void {
  durationAt(report, ['retention'], value, false);
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms !== undefined && ms < LEAST_MS)
    report.add(['retention'], `runs are kept for at least 1h, not ${String(value)}`);
}
