export type { ActionContext, EmittedEvent, LogFields, Logger } from './action-context.js';
export {
  Action,
  actionsOf,
  Agent,
  agentInfo,
  type ActionInfo,
  type ActionMetadata,
  type AgentClass,
  type AgentInfo,
} from './agent.js';
export { CancelledError, failureKind, RetryableError, TerminalError } from './failures.js';
export type { FailureKind, RetryableOptions } from './failures.js';
export { definePlugin, isPlugin, portTokens } from './plugin.js';
export type { Permissions, Plugin, PluginManifest } from './plugin.js';
export { PluginLogger, PluginOptions, PluginSecrets, type Ports } from './ports.js';
export type { InputOf, OutputOf, Schema } from './schema.js';
