import { LRUCache } from 'lru-cache';

const DAY = 86_400_000;
const QUARTER = 900_000;
// Since then every zone changes its clocks at a full quarter of an hour UTC, so one answer holds for the quarter.
const QUARTERS_HOLD = Date.UTC(1973, 0, 1);

/** A time zone as a function: milliseconds to add to an instant to get what the clocks on its walls show. */
export type Zone = (instant: number) => number;

// A formatter costs 30 KB and 0.1 ms to make.
const zones = new LRUCache<string, Zone>({ max: 600 });

/** Throws a RangeError for an unknown name; names of loaded workflows were checked before. */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = name === 'UTC' ? () => 0 : byQuarter(intlZone(name));
  zones.set(name, zone);
  return zone;
}

/**
 * When the clocks of the zone show `wall` (milliseconds since 1970 as if it were UTC): the first time they do, when they do
 * twice; the first moment after the gap, when they never do.
 */
export function instantOf(zone: Zone, wall: number): number {
  // No zone changes its clocks twice within two days.
  const before = zone(wall - DAY);
  const after = zone(wall + DAY);
  if (before === after) return wall - before;
  if (zone(wall - before) === before) return wall - before;
  if (zone(wall - after) === after) return wall - after;
  return transition(zone, wall - DAY, wall + DAY);
}

/** The highest time the clocks of the zone have shown up to `instant`: in the second pass of an overlap, the end of the first. */
export function wallReached(zone: Zone, instant: number): number {
  const offset = zone(instant);
  const earlier = zone(instant - DAY);
  if (earlier <= offset) return instant + offset;
  const change = transition(zone, instant - DAY, instant);
  return Math.max(instant + offset, change + earlier - 1);
}

/** The first instant after `low` that has another offset than `low`; there is exactly one change up to `high`. */
function transition(zone: Zone, low: number, high: number): number {
  const before = zone(low);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Asking Intl costs 30 us, and the same few quarters are asked again and again. */
function byQuarter(zone: Zone): Zone {
  const known = new LRUCache<number, number>({ max: 64 });
  return (instant) => {
    if (instant < QUARTERS_HOLD) return zone(instant);
    const quarter = Math.floor(instant / QUARTER);
    let offset = known.get(quarter);
    if (offset === undefined) known.set(quarter, (offset = zone(quarter * QUARTER)));
    return offset;
  };
}

function intlZone(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const shown: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(instant)) shown[type] = value;
    const year = shown['era'] === 'BC' ? 1 - Number(shown['year']) : Number(shown['year']);
    const date = new Date(0);
    date.setUTCFullYear(year, Number(shown['month']) - 1, Number(shown['day']));
    date.setUTCHours(Number(shown['hour']), Number(shown['minute']), Number(shown['second']));
    return date.getTime() - Math.floor(instant / 1000) * 1000;
  };
}
