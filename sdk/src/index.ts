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
export { doorOf, Public, Role } from './door.js';
export type { RawRequest, RequestVerifier, RouteDoor, VerifierClass } from './door.js';
export type { MetricLabels, MetricReading, MetricSpec } from './metrics.js';
export {
  HubEvents,
  PluginLogger,
  PluginMetrics,
  PluginOptions,
  PluginQueue,
  PluginSecrets,
  PluginStore,
  type Ports,
  type PublishedEvent,
} from './ports.js';
export type {
  LaneState,
  NewQueueItem,
  QueueBatch,
  QueueHandler,
  QueueItem,
  QueueOptions,
  QueueOutcome,
  StoreWriter,
} from './queue.js';
export type { InputOf, OutputOf, Schema } from './schema.js';
