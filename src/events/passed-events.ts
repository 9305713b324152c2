import type { Tx } from '../database/index.js';

const PAGE = 1_000;

/**
 * Deletes one page of events that were dispatched longer ago than `keptMs`, in the order they came. `next` = where the next
 * page begins; undefined = what follows is younger. What was never dispatched stays.
 */
export async function deletePassedEvents(
  tx: Tx,
  keptMs: number,
  after = '0',
): Promise<{ deleted: number; next: string | undefined }> {
  const { rows } = await tx.query<{ deleted: number; last: string | null; young: boolean }>(
    `WITH page AS (
       SELECT seq, received_at, dispatched_at FROM event WHERE seq > $2 ORDER BY seq LIMIT ${PAGE}
     ), gone AS (
       DELETE FROM event e USING page p
        WHERE e.seq = p.seq AND p.dispatched_at < now() - $1::float8 * interval '1 millisecond' RETURNING e.seq
     )
     SELECT (SELECT count(*)::int FROM gone) AS deleted, max(seq) AS last,
            coalesce(bool_or(received_at >= now() - $1::float8 * interval '1 millisecond'), true) AS young FROM page`,
    [keptMs, after],
  );
  const { deleted, last, young } = rows[0]!;
  return { deleted, next: young || last === null ? undefined : last };
}
