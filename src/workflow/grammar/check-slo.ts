import { formatDuration, parseDuration } from '../duration.js';
import { DAY_MS, DURATION_BOUNDARIES, parsePercent } from '../objectives.js';
import { SLO_DURATION_KEYS, SLO_KEYS } from './keys.js';
import type { Report } from './report.js';
import { durationAt, kind, mapAt } from './shape.js';

const MAX_WINDOW_DAYS = 90;
const boundaries = DURATION_BOUNDARIES.map((seconds) => formatDuration(seconds * 1000)).join(', ');

/** `slo`: what the workflow promises. */
export function checkSlo(value: unknown, report: Report): void {
  if (value === undefined) return;
  const slo = mapAt(report, ['slo'], value, SLO_KEYS);
  if (slo === undefined) return;
  const { success, duration, window } = slo;
  if (success === undefined && duration === undefined)
    report.add(['slo'], 'this promises nothing: write success: 99.5%, or duration: { p95: 30s }, or both');
  if (success !== undefined && (typeof success !== 'string' || parsePercent(success) === undefined))
    report.add(
      ['slo', 'success'],
      `this must be a percentage between 0% and 100%, for example 99.5%, not ${kind(success)}`,
    );
  if (duration !== undefined) checkDuration(duration, report);
  checkWindow(window, report);
}

function checkDuration(value: unknown, report: Report): void {
  const path = ['slo', 'duration'];
  const duration = mapAt(report, path, value, SLO_DURATION_KEYS);
  if (duration === undefined) return;
  const given = SLO_DURATION_KEYS.known.filter((quantile) => duration[quantile] !== undefined);
  if (given.length !== 1) report.add(path, `this must have one of ${SLO_DURATION_KEYS.known.join(', ')}`);
  for (const quantile of given) {
    const limit = duration[quantile];
    const ms = typeof limit === 'string' ? parseDuration(limit) : undefined;
    if (ms === undefined) durationAt(report, [...path, quantile], limit, true);
    else if (!DURATION_BOUNDARIES.some((seconds) => seconds * 1000 === ms))
      report.add([...path, quantile], `durations are counted up to ${boundaries}: choose one of these`);
  }
}

function checkWindow(value: unknown, report: Report): void {
  if (value === undefined) return;
  const days = typeof value === 'string' ? (parseDuration(value) ?? NaN) / DAY_MS : NaN;
  if (!Number.isInteger(days) || days < 1 || days > MAX_WINDOW_DAYS)
    report.add(['slo', 'window'], `this must be whole days from 1d to ${MAX_WINDOW_DAYS}d, not ${kind(value)}`);
}
