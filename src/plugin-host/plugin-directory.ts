import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { ErrorCode } from '../errors/index.js';
import type { Access } from '../identity/index.js';
import type { LoadedAgent, LoadedPlugins } from './loaded-plugin.js';
import { accessOf, allRoutes, type PluginRoute } from './routes/plugin-route.js';

export interface ActionView {
  readonly id: string;
  /** What a step writes: `http.request`. */
  readonly uses: string;
  readonly title: string;
  readonly description?: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
}

export interface AgentView {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly actions: readonly ActionView[];
}

export interface RouteView {
  readonly method: string;
  /** From the root of the hub, with `:parameters`. */
  readonly path: string;
  /** Least role; `public` = the route asks for a proof of its own. */
  readonly access: Access | 'public';
}

export type PluginView =
  | {
      readonly status: 'loaded';
      readonly use: string;
      readonly name: string;
      readonly version: string;
      readonly agents: readonly AgentView[];
      readonly routes: readonly RouteView[];
      /** Ids of the workflows it brings. */
      readonly workflows: readonly string[];
    }
  | { readonly status: 'skipped'; readonly use: string; readonly code: ErrorCode; readonly reason: string };

/** What is listed in commandcenter.yaml and what became of it, for API and console. Options and grants are not shown. */
export class PluginDirectory {
  readonly #views: readonly PluginView[];

  constructor({ loaded, skipped }: LoadedPlugins) {
    this.#views = [
      ...loaded.map(({ use, manifest, agents, workflows }) => {
        const { name, version } = manifest;
        const routes = allRoutes(manifest).map((route) => routeView(name, route));
        const ids = workflows.map(({ id }) => id);
        return { status: 'loaded', use, name, version, agents: agents.map(agentView), routes, workflows: ids } as const;
      }),
      ...skipped.map(({ use, reason }) => {
        return { status: 'skipped', use, code: reason.code, reason: reason.message } as const;
      }),
    ];
  }

  list(): readonly PluginView[] {
    return this.#views;
  }
}

function agentView({ id, title, description, actions }: LoadedAgent): AgentView {
  return {
    id,
    title,
    ...(description === undefined ? {} : { description }),
    actions: actions.map(({ method: _method, validateInput: _input, validateOutput: _output, ...action }) => {
      return { ...action, uses: `${id}.${action.id}` };
    }),
  };
}

function routeView(plugin: string, route: PluginRoute): RouteView {
  return { method: route.method, path: `/plugins/${plugin}${route.path}`, access: accessOf(route) };
}
