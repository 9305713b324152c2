import type { Tx } from '../database/index.js';
import { parseDuration } from '../workflow/index.js';

/**
 * How long runs of a workflow are kept, ms by its id, where its current version says so: also of workflows that are
 * disabled or whose file is gone, for their runs are still there.
 */
export async function storedRetentions(tx: Tx): Promise<ReadonlyMap<string, number>> {
  const { rows } = await tx.query<{ id: string; definition: string }>(
    `SELECT w.id, v.definition FROM workflow w JOIN workflow_version v ON v.workflow_id = w.id AND v.version = w.current_version
     WHERE strpos(v.definition, '"retention"') > 0`,
  );
  const known = rows.flatMap(({ id, definition }) => {
    const { retention } = JSON.parse(definition) as { retention?: string };
    const ms = retention === undefined ? undefined : parseDuration(retention);
    return ms === undefined ? [] : [[id, ms] as const];
  });
  return new Map(known);
}
