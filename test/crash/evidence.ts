import type { Arena } from './arena.js';

/** What the database and the effects say about runs that were accepted. All but `runs` and `effects` should be empty. */
export interface Evidence {
  readonly runs: number;
  readonly effects: number;
  /** Accepted, but not in the database or not succeeded. */
  readonly lost: string[];
  /** Began again after its result was journaled, or journaled twice. */
  readonly repeated: string[];
  /** Journaled as done, but nothing happened. */
  readonly missing: string[];
  /** A log that is not numbered 1, 2, 3 ... */
  readonly torn: string[];
  readonly convicted: string[];
}

interface Row {
  readonly run: string;
  readonly seq: number;
  readonly type: string;
  readonly step: string | null;
  readonly attempt: number | null;
  readonly code: string | null;
  readonly at: number;
  /** The row holds the step's start, numbered one less, too. */
  readonly both: boolean;
}

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return groups;
}

const numbers = ({ seq, both }: Row) => (both ? [seq - 1, seq] : [seq]);

/** `expected`: how these runs should have ended, one of these. */
export async function evidence(
  arena: Arena,
  ids: readonly string[],
  expected: readonly string[] = ['succeeded'],
): Promise<Evidence> {
  const found = await arena.query('SELECT id, status FROM run WHERE id = ANY($1::uuid[])', [ids]);
  const status = new Map(found.map((row) => [row.id, row.status]));
  const rows = await arena.query<Row>(
    `SELECT run_id AS run, seq, type, data::json ->> 'step' AS step, (data::json ->> 'attempt')::int AS attempt, data::json -> 'error' ->> 'code' AS code,
       data::json -> 'startedAt' IS NOT NULL AS both, round(extract(epoch FROM at) * 1000)::float8 AS at
     FROM run_event WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, seq`,
    [ids],
  );
  const effects = arena.site.effects();
  const begun = grouped(effects, ({ run, step }) => `${run}/${step}`);
  const done = grouped(
    rows.filter(({ type }) => type === 'StepSucceeded'),
    ({ run, step }) => `${run}/${step}`,
  );
  const repeated: string[] = [];
  const missing: string[] = [];
  for (const [step, [first, ...again]] of done) {
    const times = begun.get(step) ?? [];
    if (times.length === 0) missing.push(step);
    if (again.length > 0 || times.some(({ at }) => at > first!.at)) repeated.push(step);
  }
  // A failed attempt whose retry is journaled is over as well.
  const tried = grouped(effects, ({ run, step, attempt }) => `${run}/${step}/${attempt}`);
  for (const { run, step, attempt, at } of rows.filter(({ type }) => type === 'StepRetryScheduled')) {
    const times = tried.get(`${run}/${step}/${attempt}`) ?? [];
    if (times.length === 0) missing.push(`${run}/${step}/${attempt}`);
    if (times.some((effect) => effect.at > at)) repeated.push(`${run}/${step}/${attempt}`);
  }
  return {
    runs: ids.length,
    effects: effects.length,
    lost: ids.filter((id) => !expected.includes(status.get(id))),
    repeated,
    missing,
    torn: [...grouped(rows, ({ run }) => run)]
      .filter(([, log]) => log.flatMap(numbers).some((seq, n) => seq !== n + 1))
      .map(([run]) => run),
    convicted: rows
      .filter(({ code, type }) => type === 'StepFailed' && code === 'CC_STEP_QUARANTINED')
      .map(({ run }) => run),
  };
}

export const clean = { lost: [], repeated: [], missing: [], torn: [], convicted: [] };
