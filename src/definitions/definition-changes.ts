import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { names, Span } from '../telemetry/index.js';
import { validateWorkflow, type Plan } from '../workflow/index.js';
import { addVersions, changeWorkflows } from './change-workflows.js';
import { Definitions } from './definitions.js';
import { type Precondition, refuseUnmet } from './precondition.js';
import { storedWorkflow, type StoredWorkflow } from './stored-workflows.js';
import type { WorkflowSummary } from './workflow-summary.js';

type PutOutcome = 'created' | 'changed' | 'unchanged';

/** Beyond this nobody keeps an overview, and every replica holds all of them in memory. */
const MOST_WORKFLOWS = 10_000;

/** What people and other systems change about workflows. Each change is durable when it is answered. */
@Injectable()
export class DefinitionChanges {
  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
  ) {}

  /**
   * The workflow is what `text` (YAML or JSON) says from now on; runs keep their version. One that is disabled stays so.
   * Throws CC_WORKFLOW_INVALID with every problem, CC_WORKFLOW_OWNED, CC_WORKFLOW_CHANGED.
   */
  @Span(names.span.definitionsPut)
  async put(id: string, text: string, by: string, precondition: Precondition = {}): Promise<Put> {
    const plan = this.#valid(id, text);
    const outcome = await changeWorkflows(this.database, async (tx) => {
      const stored = await storedWorkflow(tx, id);
      refuseUnmet(id, stored?.version, precondition);
      if (stored !== undefined) refuseForeign(stored);
      else await refuseTooMany(tx);
      const result = outcomeOf(stored, plan);
      if (result !== 'unchanged') await store(tx, plan, by);
      return { changed: result !== 'unchanged', result };
    });
    await this.definitions.refresh();
    return { outcome, workflow: await this.definitions.summary(id) };
  }

  /** Its triggers start nothing on any replica, nor does anybody by hand; runs that exist go on. */
  @Span(names.span.definitionsSwitch)
  async disable(id: string, by: string): Promise<Switched> {
    return this.#switch(id, false, by);
  }

  /** Throws CC_WORKFLOW_GONE when its file was deleted or its plugin is not loaded. */
  @Span(names.span.definitionsSwitch)
  async enable(id: string, by: string): Promise<Switched> {
    return this.#switch(id, true, by);
  }

  async #switch(id: string, enabled: boolean, by: string): Promise<Switched> {
    await this.definitions.get(id);
    const changed = await changeWorkflows(this.database, async (tx) => {
      const stored = (await storedWorkflow(tx, id))!;
      if (enabled && stored.gone) throw gone(stored);
      const changed = stored.enabled !== enabled;
      if (changed) {
        await tx.query('UPDATE workflow SET enabled = $2, disabled_by = $3, updated_at = now() WHERE id = $1', [
          id,
          enabled,
          enabled ? null : by,
        ]);
      }
      return { changed, result: changed };
    });
    await this.definitions.refresh();
    return { changed, workflow: await this.definitions.summary(id) };
  }

  #valid(id: string, text: string): Plan {
    const { plan, problems } = validateWorkflow(text, { ...this.definitions.options, id });
    if (plan !== undefined) return plan;
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more, see problems)` : '';
    throw new CcError('CC_WORKFLOW_INVALID', `${first?.path} ${first?.message}${more}`.trim(), { problems });
  }
}

export interface Put {
  readonly outcome: PutOutcome;
  readonly workflow: WorkflowSummary;
}

export interface Switched {
  /** False when it was so already. */
  readonly changed: boolean;
  readonly workflow: WorkflowSummary;
}

function outcomeOf(stored: StoredWorkflow | undefined, plan: Plan): PutOutcome {
  if (stored === undefined) return 'created';
  return stored.version === plan.version && !stored.gone ? 'unchanged' : 'changed';
}

async function store(tx: Tx, plan: Plan, by: string): Promise<void> {
  await addVersions(tx, [plan], by);
  await tx.query(
    `INSERT INTO workflow (id, current_version, source) VALUES ($1, $2, 'api')
     ON CONFLICT (id) DO UPDATE SET current_version = excluded.current_version, source = 'api', file = NULL,
       plugin = NULL, gone = false, updated_at = now()`,
    [plan.id, plan.version],
  );
}

function refuseForeign({ id, source, file, plugin, gone }: StoredWorkflow): void {
  if (source === 'api' || gone) return;
  const owner = source === 'file' ? `is that of the file ${file}` : `came with the plugin ${plugin}`;
  throw new CcError(
    'CC_WORKFLOW_OWNED',
    `the workflow "${id}" ${owner}: change it there, or give this one another id; a workflow has one source`,
  );
}

async function refuseTooMany(tx: Tx): Promise<void> {
  const { rows } = await tx.query<{ count: number }>('SELECT count(*)::int AS count FROM workflow');
  if (rows[0]!.count < MOST_WORKFLOWS) return;
  throw new CcError(
    'CC_WORKFLOW_TOO_MANY',
    `this hub has ${rows[0]!.count} workflows and takes no more through the API`,
  );
}

function gone({ id, source }: StoredWorkflow): CcError {
  const back = source === 'file' ? 'put its file back' : 'list its plugin in commandcenter.yaml again';
  return new CcError('CC_WORKFLOW_GONE', `the ${source} of the workflow "${id}" is gone: ${back} to enable it`);
}
