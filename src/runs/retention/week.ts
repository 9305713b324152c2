const WEEK_MS = 7 * 86_400_000;

/** The partitions of a week, and whose runs they hold: of ids from `from` up to `to`. */
export interface Week {
  readonly from: Date;
  readonly to: Date;
  readonly tables: readonly string[];
}

/** `20260302`, as make_run_partitions names them. */
export function weekOf(monday: string): Week {
  const [year, month, day] = [monday.slice(0, 4), monday.slice(4, 6), monday.slice(6)].map(Number);
  const from = Date.UTC(year!, month! - 1, day);
  const tables = ['run', 'run_event', 'run_log'].map((parent) => `${parent}_${monday}`);
  return { from: new Date(from), to: new Date(from + WEEK_MS), tables };
}
