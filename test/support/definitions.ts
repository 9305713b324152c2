import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { loadConfig, type Config } from '../../src/config/index.js';
import type { Database } from '../../src/database/index.js';
import { AgentCatalogue } from '../../src/definitions/agent-catalogue.js';
import { Definitions } from '../../src/definitions/definitions.js';
import { type ShippedWorkflow, ShippedWorkflows } from '../../src/definitions/shipped-workflows.js';
import { WorkflowRevisionEntity } from '../../src/definitions/workflow-revision.entity.js';
import { WorkflowVersionEntity } from '../../src/definitions/workflow-version.entity.js';
import { WorkflowEntity } from '../../src/definitions/workflow.entity.js';
import { testDatabase } from './database.js';

/** Knows one action, `a.b`. */
class Catalogue extends AgentCatalogue {
  has(agent: string) {
    return agent === 'a' ? ('ok' as const) : ('no-agent' as const);
  }
  inputSchema() {
    return undefined;
  }
  outputSchema() {
    return undefined;
  }
  names() {
    return ['a.b'];
  }
}

/** Plugins that bring these. */
export class Shipped extends ShippedWorkflows {
  constructor(public workflows: readonly ShippedWorkflow[] = []) {
    super();
  }
  list() {
    return this.workflows;
  }
}

/** What replicas of a test share: a database, and a hub's folder that is new for each test. */
export class DefinitionsSite {
  #root = '';
  #config: Config | undefined;

  private constructor(readonly database: Database) {}

  static async open(): Promise<DefinitionsSite> {
    Logger.overrideLogger(false);
    return new DefinitionsSite(
      await testDatabase({ entities: [WorkflowEntity, WorkflowVersionEntity, WorkflowRevisionEntity] }),
    );
  }

  /** Before a test. The folder of the workflows is its to make. */
  async begin(): Promise<void> {
    await this.database.pool.query('TRUNCATE workflow, workflow_version');
    this.#root = await mkdtemp(join(tmpdir(), 'cc-definitions-'));
    this.#config = { ...loadConfig({}, this.#root), root: this.#root, workflows: [this.folder] };
  }

  end(): Promise<void> {
    return rm(this.#root, { recursive: true });
  }

  close(): Promise<void> {
    return this.database.close();
  }

  get root(): string {
    return this.#root;
  }

  get config(): Config {
    return this.#config!;
  }

  get folder(): string {
    return join(this.#root, 'workflows');
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.folder, file), text);
  }

  /** Of a replica that has just started. */
  async definitions(plugins = new Shipped()): Promise<Definitions> {
    const definitions = new Definitions(this.config, this.database, new Catalogue(), plugins);
    await definitions.onModuleInit();
    return definitions;
  }
}
