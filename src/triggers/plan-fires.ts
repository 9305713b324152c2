import { dueFires, nextFire, type CronLine } from './due-fires.js';

/** A fire later than this counts as missed: nobody was there to start it. Earlier it is only late: a restart, a take-over. */
const LATE_MS = 60_000;

/** Fires of one line started together: a minute of a line with seconds, and what came due meanwhile. */
const MOST = 120;

export interface FirePlan {
  /** Instants to start now, ascending. */
  readonly fires: readonly Date[];
  /** After those; null = never again. */
  readonly nextAt: Date | null;
  /** The first fire that is skipped because it was missed (`catchUp: none`), if any. */
  readonly missedFrom: Date | undefined;
}

/** Pure: what to do about a line whose next fire has come. */
export function planFires(line: CronLine, nextAt: Date, now: Date): FirePlan {
  const tooLate = now.getTime() - LATE_MS;
  const missed = nextAt.getTime() <= tooLate;
  const fires = dueFires(line, new Date(missed ? tooLate : nextAt.getTime() - 1), now, MOST);
  return {
    fires,
    nextAt: nextFire(line, fires.at(-1) ?? now) ?? null,
    missedFrom: missed ? nextAt : undefined,
  };
}
