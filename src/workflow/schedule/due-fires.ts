import { cronFields, type CronFields } from './cron-fields.js';
import { instantOf, wallReached, zoneOf } from './zone.js';

/** A cron line (five fields, or six with seconds first) and the IANA zone whose clocks it reads. */
export interface CronLine {
  readonly cron: string;
  readonly timezone: string;
}

const SECOND = 1_000;
const DAY = 86_400_000;
// 29 February of a century that is no leap year is the rarest fire: eight years apart.
const SEARCH_DAYS = 366 * 9;

/**
 * Pure: the fires in (after, until], ascending, at most `limit`. A fire is a wall-clock time the line matches. It happens once:
 * the first time the clocks show it, or right after the gap when they never do; fires of one gap are one fire.
 */
export function dueFires(line: CronLine, after: Date, until: Date, limit: number): Date[] {
  const fires: Date[] = [];
  for (let fire = nextFire(line, after); fire !== undefined && fire <= until; fire = nextFire(line, fire)) {
    if (fires.length >= limit) break;
    fires.push(fire);
  }
  return fires;
}

/** Pure: the last `limit` fires in (after, until], ascending. In a few dozen looks, however many years lie between. */
export function lastFires(line: CronLine, after: Date, until: Date, limit: number): Date[] {
  const isMore = (from: number) => dueFires(line, new Date(from), until, limit + 1).length > limit;
  let [low, high] = [after.getTime(), until.getTime()];
  if (!isMore(low)) return dueFires(line, after, until, limit);
  // Fires are whole seconds: in one second there is one at most.
  while (high - low > SECOND) {
    const middle = Math.floor((low + high) / 2);
    if (isMore(middle)) low = middle;
    else high = middle;
  }
  return dueFires(line, new Date(high), until, limit);
}

/** Pure: the first fire after `after`; undefined when there is none, as for 30 February. */
export function nextFire(line: CronLine, after: Date): Date | undefined {
  const fields = cronFields(line.cron);
  const zone = zoneOf(line.timezone);
  let wall = nextWall(fields, wallReached(zone, after.getTime()));
  // More than one turn only when `after` is the end of a gap whose fires are over.
  while (wall !== undefined) {
    const instant = instantOf(zone, wall);
    if (instant > after.getTime()) return new Date(instant);
    wall = nextWall(fields, wall);
  }
  return undefined;
}

/** The first wall-clock time after `wall` that matches; both are milliseconds since 1970 as if in UTC. */
function nextWall(fields: CronFields, wall: number): number | undefined {
  const from = Math.floor(wall / SECOND) * SECOND + SECOND;
  let day = Math.floor(from / DAY) * DAY;
  for (let n = 0; n < SEARCH_DAYS; n++, day += DAY) {
    const date = new Date(day);
    if (!fields.months.has(date.getUTCMonth() + 1)) continue;
    if (!fields.matchesDay(date.getUTCDate(), date.getUTCDay())) continue;
    const time = nextTimeOfDay(fields, n === 0 ? (from - day) / SECOND : 0);
    if (time !== undefined) return day + time * SECOND;
  }
  return undefined;
}

/** The first match at or after second `from` of a day, in seconds. */
function nextTimeOfDay(fields: CronFields, from: number): number | undefined {
  for (const hour of fields.hours) {
    if (hour * 3600 + 3599 < from) continue;
    for (const minute of fields.minutes) {
      const start = hour * 3600 + minute * 60;
      if (start + 59 < from) continue;
      const second = fields.seconds.find((value) => start + value >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}
