import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { Database, Tx } from '../database/index.js';
import type { WorkflowSource } from './workflow.entity.js';

export interface StoredWorkflow {
  readonly id: string;
  readonly version: string;
  readonly source: WorkflowSource;
  readonly file: string | null;
  readonly plugin: string | null;
  /** What a person wants; a workflow that is gone starts nothing all the same. */
  readonly enabled: boolean;
  readonly gone: boolean;
  readonly disabledBy: string | null;
  readonly updatedAt: Date;
}

export interface StoredVersion {
  readonly version: string;
  readonly createdAt: Date;
  /** Name of the caller; null for versions that came with a file or plugin. */
  readonly createdBy: string | null;
}

const COLUMNS = `id, current_version AS version, source, file, plugin, enabled, gone, disabled_by AS "disabledBy",
  updated_at AS "updatedAt"`;

export async function storedWorkflows(database: Database): Promise<readonly StoredWorkflow[]> {
  const { rows } = await database.pool.query<StoredWorkflow>(`SELECT ${COLUMNS} FROM workflow ORDER BY id`);
  return rows;
}

export async function storedWorkflow(tx: Tx, id: string): Promise<StoredWorkflow | undefined> {
  const { rows } = await tx.query<StoredWorkflow>(`SELECT ${COLUMNS} FROM workflow WHERE id = $1`, [id]);
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

/** The newest first. */
export async function storedVersions(database: Database, id: string): Promise<readonly StoredVersion[]> {
  const { rows } = await database.pool.query<StoredVersion>(
    `SELECT version, created_at AS "createdAt", created_by AS "createdBy"
     FROM workflow_version WHERE workflow_id = $1 ORDER BY created_at DESC, version`,
    [id],
  );
  return rows;
}

/** Grows with every change of any workflow. */
export async function storedRevision(database: Database): Promise<string> {
  const { rows } = await database.pool.query<{ revision: string }>('SELECT revision FROM workflow_revision');
  return rows[0]!.revision;
}
