import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../config/index.js';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { names, Span } from '../telemetry/index.js';
import { compile, didYouMean, validateInput, type Plan } from '../workflow/index.js';
import { AgentCatalogue } from './agent-catalogue.js';
import {
  ownedElsewhere,
  storedDefinition,
  storedWorkflow,
  storedWorkflows,
  storeFiles,
  type StoredWorkflow,
} from './definition-store.js';
import { readFolders, type FileProblems, type FoldersRead } from './read-folders.js';
import { storedRetentions } from './retentions.js';
import type { WorkflowSource } from './workflow.entity.js';

export interface WorkflowSummary {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly version: string;
  readonly enabled: boolean;
  readonly source: WorkflowSource;
  readonly file?: string;
  readonly steps: number;
  /** Cron lines, and types of events, that start it. */
  readonly schedules: readonly string[];
  readonly events: readonly string[];
  /** Paths below /hooks that start it. */
  readonly webhooks: readonly string[];
  readonly updatedAt: Date;
}

interface Current {
  readonly plan: Plan;
  readonly stored: StoredWorkflow;
}

/** The workflows of this hub: which there are, and every version of them that a run may still be on. */
@Injectable()
export class Definitions implements OnModuleInit {
  readonly #log = new Logger('Definitions');
  readonly #listeners = new Set<() => void>();
  readonly #plans: LRUCache<string, Plan>;
  #current: ReadonlyMap<string, Current> = new Map();
  #problems: readonly FileProblems[] = [];

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly catalogue: AgentCatalogue,
  ) {
    this.#plans = new LRUCache({
      max: 1_000,
      fetchMethod: (_key, _stale, { context }) => this.#load(...(context as readonly [string, string])),
    });
  }

  onModuleInit(): Promise<void> {
    return this.load();
  }

  /** Reads the folders and makes the tables agree. A bad file is reported and its workflow keeps its last good version. */
  @Span(names.span.definitionsLoad)
  async load(): Promise<void> {
    const read = await this.#withoutForeign(await readFolders(this.config.workflows, this.config.root, this.#options));
    await storeFiles(this.database, read);
    for (const { plan } of read.good) this.#plans.set(keyOf(plan.id, plan.version), plan);
    this.#problems = read.bad;
    for (const bad of read.bad)
      this.#log.error(
        `${bad.file} is not loaded:\n${bad.problems.map((problem) => `  ${lineOf(problem)}`).join('\n')}`,
      );
    this.#current = await this.#readCurrent();
    this.#log.log(
      `${this.#current.size} workflows, ${read.good.length} from files${read.bad.length > 0 ? `, ${read.bad.length} files refused` : ''}`,
    );
    for (const listener of this.#listeners) listener();
  }

  /** The current version, whether enabled or not. Throws CC_WORKFLOW_NOT_FOUND. */
  async get(id: string): Promise<Plan> {
    const current = this.#current.get(id);
    if (current !== undefined) return current.plan;
    // Another replica may have loaded it after we started.
    const stored = await storedWorkflow(this.database, id);
    if (stored !== undefined) return this.version(id, stored.version);
    throw new CcError(
      'CC_WORKFLOW_NOT_FOUND',
      `There is no workflow "${id.slice(0, 100)}".${didYouMean(id, this.#current.keys())}`,
    );
  }

  /** Any version that was ever current. Throws CC_WORKFLOW_NOT_FOUND. */
  async version(id: string, version: string): Promise<Plan> {
    const key = keyOf(id, version);
    const plan = this.#plans.get(key) ?? (await this.#plans.fetch(key, { context: [id, version] }));
    return plan!;
  }

  /** In the order of their ids. */
  async list(): Promise<WorkflowSummary[]> {
    return [...this.#current.values()].map(({ plan, stored }) => summaryOf(plan, stored));
  }

  enabled(id: string): boolean {
    return this.#current.get(id)?.stored.enabled ?? false;
  }

  current(): readonly { readonly plan: Plan; readonly enabled: boolean }[] {
    return [...this.#current.values()].map(({ plan, stored }) => ({ plan, enabled: stored.enabled }));
  }

  /** How long runs of a workflow are kept, ms by its id, where it says so. */
  retentions(): Promise<ReadonlyMap<string, number>> {
    return storedRetentions(this.database.pool);
  }

  /** Called after the workflows were loaded again. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** The input with defaults filled in. Throws CC_INPUT_INVALID with every problem by path. */
  validateInput(plan: Plan, input: unknown): unknown {
    return validateInput(plan, input);
  }

  /** Files that were refused when the folders were read last. */
  loadProblems(): readonly FileProblems[] {
    return this.#problems;
  }

  get #options() {
    return {
      catalogue: this.catalogue,
      secrets: this.config.secrets,
      stepTimeoutMs: this.config.engine.defaultStepTimeoutMs,
    };
  }

  async #withoutForeign({ good, bad, unknown }: FoldersRead): Promise<FoldersRead> {
    const foreign = await ownedElsewhere(
      this.database,
      good.map(({ plan }) => plan.id),
    );
    const refused = good.filter(({ plan }) => foreign.has(plan.id));
    return {
      unknown,
      good: good.filter(({ plan }) => !foreign.has(plan.id)),
      bad: [
        ...bad,
        ...refused.map(({ file, plan }) => {
          const message = `the workflow "${plan.id}" was made through the API or by a plugin; a workflow has one source`;
          return { file, problems: [{ path: 'id', message }] };
        }),
      ],
    };
  }

  async #readCurrent(): Promise<ReadonlyMap<string, Current>> {
    const current = new Map<string, Current>();
    for (const stored of await storedWorkflows(this.database)) {
      try {
        current.set(stored.id, { plan: await this.version(stored.id, stored.version), stored });
      } catch (error) {
        // One workflow stored by another version of the hub must not keep the hub from starting.
        this.#log.error(`the stored workflow "${stored.id}" cannot be used: ${String(error)}`);
      }
    }
    return current;
  }

  async #load(id: string, version: string): Promise<Plan> {
    const definition = await storedDefinition(this.database, id, version);
    if (definition !== undefined) return compile(definition, version, this.#options);
    throw new CcError(
      'CC_WORKFLOW_NOT_FOUND',
      `The workflow "${id.slice(0, 100)}" has no version "${version.slice(0, 100)}".`,
    );
  }
}

function keyOf(id: string, version: string): string {
  return `${id}@${version}`;
}

function lineOf({ path, message, line, column }: FileProblems['problems'][number]): string {
  return `${line === undefined ? '' : `${line}:${column} `}${path === '' ? '' : `${path}: `}${message}`;
}

function summaryOf(plan: Plan, { source, file, enabled, updatedAt, version }: StoredWorkflow): WorkflowSummary {
  const { description, on } = plan.definition;
  return {
    id: plan.id,
    name: plan.name,
    ...(description === undefined ? {} : { description }),
    version,
    enabled,
    source,
    ...(file === null ? {} : { file }),
    steps: plan.steps.size,
    schedules: (on?.schedule ?? []).map(({ cron }) => cron),
    events: (on?.event ?? []).map(({ type }) => type),
    webhooks: [...new Set((on?.webhook ?? []).map(({ path }) => path))],
    updatedAt,
  };
}
