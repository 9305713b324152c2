import { CronTime } from 'cron';
import { messageOf } from '../errors/index.js';

const FIELDS = /^\S+(\s+\S+){4,5}$/;

/** What is wrong with a cron line, or undefined. Five fields, or six with seconds first; words like @daily are not taken. */
export function cronProblem(cron: string): string | undefined {
  if (cron.length > 200) return 'this is longer than a cron line can be';
  if (!FIELDS.test(cron.trim()))
    return 'a cron line has five fields (minute hour day month weekday), or six with seconds first';
  const result = CronTime.validateCronExpression(cron);
  return result.valid ? undefined : `this is not a cron line: ${messageOf(result.error)}`;
}

/** What is wrong with the name of a time zone, or undefined. */
export function timezoneProblem(timezone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    // Offsets are accepted by Intl, but they know no daylight saving and nobody means them.
    return /^[+-]/.test(timezone) ? 'write an IANA name such as Europe/Zurich, not an offset' : undefined;
  } catch {
    return `"${timezone.slice(0, 60)}" is not an IANA time zone such as Europe/Zurich`;
  }
}
