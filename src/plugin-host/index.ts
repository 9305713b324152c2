export type { AgentCall, AgentResult, LogLevel } from './agent-call.js';
export { AgentRegistry } from './agent-registry.js';
export { pluginEntities } from './entities.js';
export { failureOf, type ClassifiedFailure } from './failure-of.js';
export { loadPlugins, type PluginListing } from './load-plugins.js';
export type { LoadedAction, LoadedAgent, LoadedPlugin, LoadedPlugins, SkippedPlugin } from './loaded-plugin.js';
export {
  PluginDirectory,
  type ActionView,
  type AgentView,
  type PluginView,
  type RouteView,
} from './plugin-directory.js';
export { isPath, placeOfPlugin, type PluginPlace } from './plugin-place.js';
export { PluginHostModule } from './plugin-host.module.js';
export type { RouteVerifier } from './routes/route-verifier.js';
