import type { AgentClass, Plugin, Schema } from '@commandcenter/sdk';
import type { JsonSchema, WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { CcError } from '../errors/index.js';

type Validate = Schema['~standard']['validate'];

export interface LoadedAction {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly method: PropertyKey;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  readonly validateInput: Validate;
  readonly validateOutput: Validate;
}

export interface LoadedAgent {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly type: AgentClass;
  readonly actions: readonly LoadedAction[];
}

/** A plugin that passed every check; nothing of it is instantiated yet. */
export interface LoadedPlugin {
  /** As written in commandcenter.yaml. */
  readonly use: string;
  readonly manifest: Plugin;
  /** Validated by the plugin's schema, frozen. */
  readonly options: unknown;
  /** Names of secrets it may read. */
  readonly grants: ReadonlySet<string>;
  readonly agents: readonly LoadedAgent[];
  /** Plain JSON whose grammar was checked; not yet whether all agents and secrets are there. */
  readonly workflows: readonly WorkflowDefinition[];
  /** What becomes of the hub when it breaks while it starts; `fail` unless told. */
  readonly onError?: 'fail' | 'skip';
}

/** Listed with `onError: skip`, and it did not load. */
export interface SkippedPlugin {
  readonly use: string;
  readonly reason: CcError;
}

export interface LoadedPlugins {
  readonly loaded: readonly LoadedPlugin[];
  readonly skipped: readonly SkippedPlugin[];
}
