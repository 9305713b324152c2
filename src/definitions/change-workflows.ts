import type { Database, Tx } from '../database/index.js';
import type { Plan } from '../workflow/index.js';

/**
 * A transaction that changes workflows, one at a time in the whole hub. What it changes, other replicas notice by the
 * revision; `changed` says whether there is anything to notice.
 */
export function changeWorkflows<T>(
  database: Database,
  change: (tx: Tx) => Promise<{ readonly changed: boolean; readonly result: T }>,
): Promise<T> {
  return database.transaction(async (tx) => {
    // A hub that stops in its tracks must not keep the others from changing anything.
    await tx.query("SET LOCAL idle_in_transaction_session_timeout = '5s'");
    await tx.query('SELECT FROM workflow_revision FOR UPDATE');
    const { changed, result } = await change(tx);
    if (changed) await tx.query('UPDATE workflow_revision SET revision = revision + 1');
    return result;
  });
}

/** Versions that are there already stay as they are, with the time and the name of who came first. */
export async function addVersions(tx: Tx, plans: readonly Plan[], by: string | null = null): Promise<void> {
  await tx.query(
    `INSERT INTO workflow_version (workflow_id, version, definition, created_by)
     SELECT *, $4 FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
    [
      plans.map(({ id }) => id),
      plans.map(({ version }) => version),
      plans.map(({ definition }) => JSON.stringify(definition)),
      by,
    ],
  );
}
