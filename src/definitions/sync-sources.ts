import type { Database, Tx } from '../database/index.js';
import type { Plan } from '../workflow/index.js';
import { addVersions, changeWorkflows } from './change-workflows.js';
import type { LoadProblems } from './load-problems.js';
import type { FoldersRead } from './read-folders.js';
import type { ShippedRead } from './read-shipped.js';
import type { WorkflowSource } from './workflow.entity.js';

/** A workflow as its file or plugin has it. */
interface Sourced {
  readonly plan: Plan;
  readonly source: Exclude<WorkflowSource, 'api'>;
  readonly file: string | null;
  readonly plugin: string | null;
}

/**
 * Makes the tables say what folders and plugins say. Every replica may do this at the same moment; a row that is right
 * already is not touched. What is bad keeps its last good version. Answers what was refused because its id belongs to
 * somebody else.
 */
export function syncSources(
  database: Database,
  folders: FoldersRead,
  shipped: ShippedRead,
): Promise<readonly LoadProblems[]> {
  const files = folders.good.map(({ plan, file }): Sourced => ({ plan, source: 'file', file, plugin: null }));
  const plugins = shipped.good.map(({ plan, plugin }): Sourced => ({ plan, source: 'plugin', file: null, plugin }));
  return changeWorkflows(database, async (tx) => {
    const gone = (await markGoneFiles(tx, folders)) + (await markGonePlugins(tx, shipped));
    // Files first: somebody put them where they are, the others came along.
    const ofFiles = await storeAll(tx, files);
    const ofPlugins = await storeAll(tx, plugins);
    const changed = gone + ofFiles.changed + ofPlugins.changed > 0;
    return { changed, result: [...ofFiles.refused, ...ofPlugins.refused] };
  });
}

async function storeAll(
  tx: Tx,
  all: readonly Sourced[],
): Promise<{ readonly changed: number; readonly refused: readonly LoadProblems[] }> {
  const owners = await ownersOf(tx, all);
  const refused = all.filter((one) => owners.has(one.plan.id) && owners.get(one.plan.id) !== ownerText(one));
  const mine = all.filter((one) => !refused.includes(one));
  await addVersions(
    tx,
    mine.map(({ plan }) => plan),
  );
  const { rowCount } = await tx.query(
    `INSERT INTO workflow AS w (id, current_version, source, file, plugin)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
     ON CONFLICT (id) DO UPDATE
       SET current_version = excluded.current_version, source = excluded.source, file = excluded.file,
         plugin = excluded.plugin, gone = false, updated_at = now()
       WHERE (w.current_version, w.source, w.file, w.plugin, w.gone) IS DISTINCT FROM
         (excluded.current_version, excluded.source, excluded.file, excluded.plugin, false)`,
    [
      mine.map(({ plan }) => plan.id),
      mine.map(({ plan }) => plan.version),
      mine.map(({ source }) => source),
      mine.map(({ file }) => file),
      mine.map(({ plugin }) => plugin),
    ],
  );
  const told = refused.map((one) => clash(one, owners.get(one.plan.id)!));
  return { changed: rowCount ?? 0, refused: told };
}

/** Of those among the ids that are there. What is gone is anybody's. */
async function ownersOf(tx: Tx, all: readonly Sourced[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ id: string; source: WorkflowSource; plugin: string | null }>(
    'SELECT id, source, plugin FROM workflow WHERE id = ANY ($1) AND NOT gone',
    [all.map(({ plan }) => plan.id)],
  );
  return new Map(rows.map((row) => [row.id, ownerText(row)]));
}

function ownerText({ source, plugin }: Pick<Sourced, 'plugin'> & { readonly source: WorkflowSource }): string {
  if (source === 'plugin') return `came with the plugin ${plugin}`;
  return source === 'api' ? 'was made through the API' : 'is that of a file';
}

function clash({ plan, file, plugin }: Sourced, owner: string): LoadProblems {
  const message = `the workflow "${plan.id}" ${owner}; a workflow has one source, so give this one another id`;
  const problems = [{ path: 'id', message, code: 'CC_WORKFLOW_OWNED' as const }];
  return file === null ? { plugin: plugin!, workflow: plan.id, problems } : { file, problems };
}

async function markGoneFiles(tx: Tx, { good, bad, unknown }: FoldersRead): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE workflow SET gone = true, file = NULL, updated_at = now()
     WHERE source = 'file' AND NOT gone AND id <> ALL ($1) AND file <> ALL ($2)
       AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS folder WHERE starts_with(workflow.file, folder || '/'))`,
    [good.map(({ plan }) => plan.id), [...good, ...bad].map(({ file }) => file), unknown],
  );
  return rowCount ?? 0;
}

async function markGonePlugins(tx: Tx, { good, bad }: ShippedRead): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE workflow SET gone = true, updated_at = now()
     WHERE source = 'plugin' AND NOT gone
       AND (plugin, id) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [
      [...good.map(({ plugin }) => plugin), ...bad.map(({ plugin }) => plugin)],
      [...good.map(({ plan }) => plan.id), ...bad.map(({ workflow }) => workflow)],
    ],
  );
  return rowCount ?? 0;
}
