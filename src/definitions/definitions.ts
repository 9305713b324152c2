import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { names, Span } from '../telemetry/index.js';
import { didYouMean, validateInput, type Plan, type ValidateOptions } from '../workflow/index.js';
import { AgentCatalogue } from './agent-catalogue.js';
import { textOfRefused, type LoadProblems } from './load-problems.js';
import { Plans } from './plans.js';
import { fingerprint, readFolders } from './read-folders.js';
import { readShipped } from './read-shipped.js';
import { ShippedWorkflows } from './shipped-workflows.js';
import {
  storedRevision,
  storedVersions,
  storedWorkflow,
  storedWorkflows,
  type StoredVersion,
  type StoredWorkflow,
} from './stored-workflows.js';
import { storedRetentions } from './retentions.js';
import { syncSources } from './sync-sources.js';
import { isEnabled, summaryOf, type WorkflowSummary } from './workflow-summary.js';

interface Current {
  readonly plan: Plan;
  readonly stored: StoredWorkflow;
}

/** The workflows of this hub: which there are, and every version of them that a run may still be on. */
@Injectable()
export class Definitions implements OnModuleInit {
  readonly #log = new Logger('Definitions');
  readonly #listeners = new Set<() => void>();
  readonly #plans: Plans;
  #current: ReadonlyMap<string, Current> = new Map();
  #problems: readonly LoadProblems[] = [];
  #revision: string | undefined;
  /** Fingerprint of the folders as they were loaded. */
  #seen: string | undefined;
  /** Reading one after the other: an older answer never replaces a newer one. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly catalogue: AgentCatalogue,
    private readonly shipped: ShippedWorkflows,
  ) {
    this.#plans = new Plans(database, this.options);
  }

  /** Of what `current()` shows: it grows with every change on any replica. */
  get revision(): string | undefined {
    return this.#revision;
  }

  onModuleInit(): Promise<void> {
    return this.load();
  }

  /**
   * Reads folders and plugins and makes the tables agree. What is bad is reported, and its workflow keeps its last good
   * version.
   */
  @Span(names.span.definitionsLoad)
  load(): Promise<void> {
    return this.#inTurn(async () => {
      // First: what changes while it is read has another fingerprint afterwards.
      const seen = await fingerprint(this.config.workflows);
      const folders = await readFolders(this.config.workflows, this.config.root, this.options);
      const shipped = readShipped(this.shipped.list(), this.options);
      const clashes = await syncSources(this.database, folders, shipped);
      for (const { plan } of [...folders.good, ...shipped.good]) this.#plans.know(plan);
      this.#report([...folders.bad, ...shipped.bad, ...clashes]);
      await this.#read();
      this.#seen = seen;
    });
  }

  /** The same, when a file changed since. */
  async loadChanged(): Promise<void> {
    if ((await fingerprint(this.config.workflows)) !== this.#seen) await this.load();
  }

  /** Reads what the tables say, whoever changed them. */
  refresh(): Promise<void> {
    return this.#inTurn(() => this.#read());
  }

  /** The same, when another replica, or anybody, changed something since. */
  async catchUp(): Promise<void> {
    if ((await storedRevision(this.database)) !== this.#revision) await this.refresh();
  }

  /** The current version, whether enabled or not. Throws CC_WORKFLOW_NOT_FOUND. */
  async get(id: string): Promise<Plan> {
    await this.#meet(id);
    const current = this.#current.get(id);
    if (current !== undefined) return current.plan;
    throw new CcError(
      'CC_WORKFLOW_NOT_FOUND',
      `There is no workflow "${id.slice(0, 100)}".${didYouMean(id, this.#current.keys())}`,
    );
  }

  /** Any version that was ever current. Throws CC_WORKFLOW_NOT_FOUND. */
  async version(id: string, version: string): Promise<Plan> {
    await this.#meet(id);
    return this.#plans.get(id, version);
  }

  /** The newest first. Throws CC_WORKFLOW_NOT_FOUND. */
  async versions(id: string): Promise<readonly StoredVersion[]> {
    await this.get(id);
    return storedVersions(this.database, id);
  }

  /** In the order of their ids. */
  async list(): Promise<WorkflowSummary[]> {
    return [...this.#current.values()].map((current) => this.#summary(current));
  }

  /** Throws CC_WORKFLOW_NOT_FOUND. */
  async summary(id: string): Promise<WorkflowSummary> {
    await this.get(id);
    return this.#summary(this.#current.get(id)!);
  }

  enabled(id: string): boolean {
    const current = this.#current.get(id);
    return current !== undefined && isEnabled(current.stored);
  }

  current(): readonly { readonly plan: Plan; readonly enabled: boolean }[] {
    return [...this.#current.values()].map(({ plan, stored }) => ({ plan, enabled: isEnabled(stored) }));
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

  /** What was refused when folders and plugins were read last. */
  loadProblems(): readonly LoadProblems[] {
    return this.#problems;
  }

  /** What a workflow of this hub is checked against. */
  get options(): ValidateOptions {
    return {
      catalogue: this.catalogue,
      secrets: this.config.secrets,
      stepTimeoutMs: this.config.engine.defaultStepTimeoutMs,
    };
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Another replica may have learned of it since we looked. */
  async #meet(id: string): Promise<void> {
    if (this.#current.has(id) || (await storedWorkflow(this.database.pool, id)) === undefined) return;
    await this.refresh();
  }

  /** What is still wrong in the same way was said before. */
  #report(problems: readonly LoadProblems[]): void {
    const before = new Set(this.#problems.map(textOfRefused));
    for (const text of problems.map(textOfRefused)) if (!before.has(text)) this.#log.error(text);
    this.#problems = problems;
  }

  async #read(): Promise<void> {
    // First: what changes in between is read again when its revision is seen.
    const revision = await storedRevision(this.database);
    const before = this.#current;
    this.#current = await this.#readCurrent();
    this.#revision = revision;
    this.#tell(before);
    for (const listener of this.#listeners) listener();
  }

  async #readCurrent(): Promise<ReadonlyMap<string, Current>> {
    const current = new Map<string, Current>();
    for (const stored of await storedWorkflows(this.database)) {
      const known = this.#current.get(stored.id)?.plan;
      try {
        const plan = known?.version === stored.version ? known : await this.#plans.get(stored.id, stored.version);
        current.set(stored.id, { plan, stored });
      } catch (error) {
        // One workflow stored by another version of the hub must not keep the hub from starting.
        this.#log.error(`the stored workflow "${stored.id}" cannot be used: ${String(error)}`);
      }
    }
    return current;
  }

  #tell(before: ReadonlyMap<string, Current>): void {
    const refused = this.#problems.length > 0 ? `, ${this.#problems.length} refused` : '';
    if (before.size === 0) return this.#log.log(`${this.#current.size} workflows${refused}`);
    for (const [id, { plan, stored }] of this.#current) {
      const was = before.get(id);
      if (was?.plan.version !== plan.version) this.#log.log(`${id} is now version ${plan.version}`);
      if (was === undefined || isEnabled(was.stored) === isEnabled(stored)) continue;
      if (isEnabled(stored)) this.#log.log(`${id} is enabled again`);
      else
        this.#log.log(`${id} is disabled: ${stored.gone ? `its ${stored.source} is gone` : `by ${stored.disabledBy}`}`);
    }
  }

  #summary({ plan, stored }: Current): WorkflowSummary {
    const refused = this.#problems.find(({ file, plugin, workflow }) =>
      file === undefined ? plugin === stored.plugin && workflow === stored.id : file === stored.file,
    );
    return summaryOf(plan, stored, refused?.problems);
  }
}
