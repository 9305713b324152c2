import type { Arena } from './arena.js';

interface Turn {
  readonly run: string;
  /** When its work really began: a start may wait for its place. ms since 1970, as `ended`. */
  readonly began: number;
  readonly ended: number;
}

/** When these runs, all of which have ended, were at it. */
async function turnsOf(arena: Arena, ids: readonly string[]): Promise<Turn[]> {
  const rows = await arena.query<{ id: string; ended: number }>(
    'SELECT id, round(extract(epoch FROM finished_at) * 1000)::float8 AS ended FROM run WHERE id = ANY($1::uuid[])',
    [ids],
  );
  const ended = new Map(rows.map((row) => [row.id, row.ended]));
  const began = new Map<string, number>();
  for (const { run, at } of arena.site.effects()) began.set(run, Math.min(at, began.get(run) ?? Infinity));
  return ids.map((run) => ({ run, began: began.get(run)!, ended: ended.get(run)! }));
}

/** The most of these runs that went at the same time. */
export async function mostAtATime(arena: Arena, ids: readonly string[]): Promise<number> {
  const steps = (await turnsOf(arena, ids)).flatMap(({ began, ended }) => [
    { at: began, step: 1 },
    { at: ended, step: -1 },
  ]);
  let [going, most] = [0, 0];
  for (const { step } of steps.sort((a, b) => a.at - b.at || a.step - b.step)) most = Math.max(most, (going += step));
  return most;
}

/** Runs that began while `limit` of those before them in the line had not ended. */
export async function overtakers(arena: Arena, line: readonly string[], limit: number): Promise<string[]> {
  const turns = await turnsOf(arena, line);
  const early = turns.filter(
    ({ began }, place) => turns.slice(0, place).filter(({ ended }) => ended > began).length >= limit,
  );
  return early.map(({ run }) => run);
}
