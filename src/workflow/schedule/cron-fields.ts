import { CronTime } from 'cron';
import { LRUCache } from 'lru-cache';

/** What a cron line matches, each list ascending. Wall-clock values; the zone is applied elsewhere. */
export interface CronFields {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  /** Day of month and day of week together: when both are restricted, either is enough, as in Vixie cron. */
  matchesDay(dayOfMonth: number, dayOfWeek: number): boolean;
}

const parsed = new LRUCache<string, CronFields>({ max: 2_000 });

/** Throws the `cron` package's error on a malformed line; lines of loaded workflows were checked before. */
export function cronFields(cron: string): CronFields {
  const known = parsed.get(cron);
  if (known !== undefined) return known;
  const fields = parse(cron);
  parsed.set(cron, fields);
  return fields;
}

// The package reads the line; its own search is not used, for four measured reasons (4.4.0): a daily line at the end of an
// overlap fires twice, a fire in Lord Howe's gap comes before the gap, it looks at the real clock to give up, and `toJSON()`
// writes `0-22` as `*`. That is also why its private sets are read here; a spec holds this against its search in UTC.
function parse(cron: string): CronFields {
  const time = new CronTime(cron, 'UTC');
  const daysOfMonth = new Set(numbers(time['dayOfMonth']));
  const daysOfWeek = new Set(numbers(time['dayOfWeek']));
  const anyDayOfMonth = daysOfMonth.size === 31;
  const anyDayOfWeek = daysOfWeek.size === 7;
  return {
    seconds: numbers(time['second']),
    minutes: numbers(time['minute']),
    hours: numbers(time['hour']),
    months: new Set(numbers(time['month'])),
    matchesDay(dayOfMonth, dayOfWeek) {
      if (anyDayOfMonth) return daysOfWeek.has(dayOfWeek);
      if (anyDayOfWeek) return daysOfMonth.has(dayOfMonth);
      return daysOfMonth.has(dayOfMonth) || daysOfWeek.has(dayOfWeek);
    },
  };
}

function numbers(field: object): number[] {
  return Object.keys(field)
    .map(Number)
    .sort((a, b) => a - b);
}
