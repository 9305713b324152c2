import type { Database, Tx } from '../database/index.js';
import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { FoldersRead } from './read-folders.js';
import type { WorkflowSource } from './workflow.entity.js';

export interface StoredWorkflow {
  readonly id: string;
  readonly version: string;
  readonly source: WorkflowSource;
  readonly file: string | null;
  readonly enabled: boolean;
  readonly updatedAt: Date;
}

const COLUMNS = 'id, current_version AS version, source, file, enabled, updated_at AS "updatedAt"';

/** Ids among these that belong to the API or a plugin: a file cannot take them over. */
export async function ownedElsewhere(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await database.pool.query<{ id: string }>(
    "SELECT id FROM workflow WHERE id = ANY ($1) AND source <> 'file'",
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Makes the tables say what the folders say. Every replica may do this at the same moment: rows are written in the order of
 * their ids, and a row that is right already is not touched. The workflows of bad files keep their last good version.
 */
export async function storeFiles(database: Database, { good, bad, unknown }: FoldersRead): Promise<void> {
  const files = good.toSorted((a, b) => (a.plan.id < b.plan.id ? -1 : 1));
  const ids = files.map(({ plan }) => plan.id);
  const versions = files.map(({ plan }) => plan.version);
  await database.transaction(async (tx) => {
    await tx.query(
      `INSERT INTO workflow_version (workflow_id, version, definition)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      [ids, versions, files.map(({ plan }) => JSON.stringify(plan.definition))],
    );
    // A file that comes back is enabled again; one that somebody disabled stays so.
    await tx.query(
      `INSERT INTO workflow AS w (id, current_version, source, file, enabled)
       SELECT id, version, 'file', file, true FROM unnest($1::text[], $2::text[], $3::text[]) AS f (id, version, file)
       ON CONFLICT (id) DO UPDATE
         SET current_version = excluded.current_version, file = excluded.file, enabled = w.enabled OR w.file IS NULL, updated_at = now()
         WHERE w.source = 'file'
           AND (w.current_version, w.file) IS DISTINCT FROM (excluded.current_version, excluded.file)`,
      [ids, versions, files.map(({ file }) => file)],
    );
    const present = [...good, ...bad].map(({ file }) => file);
    await disableDeleted(tx, ids, present, unknown);
  });
}

async function disableDeleted(
  tx: Tx,
  ids: readonly string[],
  present: readonly string[],
  unknown: readonly string[],
): Promise<void> {
  await tx.query(
    `UPDATE workflow SET enabled = false, file = NULL, updated_at = now()
     WHERE id IN (
       SELECT id FROM workflow
       WHERE source = 'file' AND file IS NOT NULL AND id <> ALL ($1) AND file <> ALL ($2)
         AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS folder WHERE starts_with(workflow.file, folder || '/'))
       ORDER BY id FOR UPDATE
     )`,
    [ids, present, unknown],
  );
}

export async function storedWorkflows(database: Database): Promise<readonly StoredWorkflow[]> {
  const { rows } = await database.pool.query<StoredWorkflow>(`SELECT ${COLUMNS} FROM workflow ORDER BY id`);
  return rows;
}

export async function storedWorkflow(database: Database, id: string): Promise<StoredWorkflow | undefined> {
  const { rows } = await database.pool.query<StoredWorkflow>(`SELECT ${COLUMNS} FROM workflow WHERE id = $1`, [id]);
  return rows[0];
}

export async function storedDefinition(
  database: Database,
  id: string,
  version: string,
): Promise<WorkflowDefinition | undefined> {
  const { rows } = await database.pool.query<{ definition: string }>(
    'SELECT definition FROM workflow_version WHERE workflow_id = $1 AND version = $2',
    [id, version],
  );
  return rows[0] && (JSON.parse(rows[0].definition) as WorkflowDefinition);
}
