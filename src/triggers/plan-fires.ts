import type { CatchUp } from '@commandcenter/sdk/definition';
import { dueFires, lastFires, nextFire, type CronLine } from '../workflow/index.js';

/** A fire later than this counts as missed: nobody was there to start it. Earlier it is only late: a restart, a take-over. */
const LATE_MS = 60_000;

/** Fires of one line started together: a minute of a line with seconds, and what came due meanwhile. */
const MOST = 120;

/** What `catchUp: all` starts after a time without a hub: the last ones. */
const MOST_CAUGHT_UP = 1_000;

export interface FirePlan {
  /** Instants to start now, ascending. */
  readonly fires: readonly Date[];
  /** After those; null = never again. Not after now when more are to be started than fit into one turn. */
  readonly nextAt: Date | null;
  /** The first fire that is skipped because it was missed, if any. */
  readonly skippedFrom: Date | undefined;
  /** Some of `fires` were missed, and are started all the same. */
  readonly catchesUp: boolean;
}

/** Pure: what to do about a line whose next fire has come. */
export function planFires(line: CronLine, nextAt: Date, now: Date, catchUp: CatchUp): FirePlan {
  const tooLate = now.getTime() - LATE_MS;
  const missed = nextAt.getTime() <= tooLate;
  const from = missed ? firstOf(line, nextAt, now, catchUp) : nextAt.getTime();
  const fires = from === undefined ? [] : dueFires(line, new Date(from - 1), now, MOST);
  return {
    fires,
    nextAt: nextFire(line, fires.at(-1) ?? now) ?? null,
    skippedFrom: missed && fires[0]?.getTime() !== nextAt.getTime() ? nextAt : undefined,
    catchesUp: fires[0] !== undefined && fires[0].getTime() <= tooLate,
  };
}

/** Where to begin when fires were missed: milliseconds since 1970. */
function firstOf(line: CronLine, nextAt: Date, now: Date, catchUp: CatchUp): number | undefined {
  if (catchUp === 'none') return now.getTime() - LATE_MS + 1;
  const most = catchUp === 'latest' ? 1 : MOST_CAUGHT_UP;
  return lastFires(line, new Date(nextAt.getTime() - 1), now, most)[0]?.getTime();
}
