import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { ErrorCode } from '../errors/index.js';
import type { Access } from '../identity/index.js';
import type { Lives } from './life/lives.js';
import type { PluginLife } from './life/plugin-life.js';
import type { LoadedAgent, LoadedPlugin, LoadedPlugins } from './loaded-plugin.js';
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
  /** It did not load. */
  | { readonly status: 'skipped'; readonly use: string; readonly code: ErrorCode; readonly reason: string }
  /** It was loaded, and broke while it was started. */
  | {
      readonly status: 'failed';
      readonly use: string;
      readonly name: string;
      readonly version: string;
      readonly code: ErrorCode;
      readonly reason: string;
    };

type LoadedView = Extract<PluginView, { status: 'loaded' }>;

/** What is listed in commandcenter.yaml and what became of it, for API and console. Options and grants are not shown. */
export class PluginDirectory implements OnApplicationBootstrap {
  readonly #log = new Logger('Plugins');
  readonly #loaded: readonly { readonly view: LoadedView; readonly life: PluginLife | undefined }[];
  readonly #skipped: readonly PluginView[];

  constructor({ loaded, skipped }: LoadedPlugins, lives: Lives = new Map()) {
    this.#loaded = loaded.map((plugin) => ({ view: loadedView(plugin), life: lives.get(plugin) }));
    this.#skipped = skipped.map(({ use, reason }) => {
      return { status: 'skipped', use, code: reason.code, reason: reason.message } as const;
    });
  }

  /** A hub that starts without a plugin says so. */
  onApplicationBootstrap(): void {
    for (const view of this.list()) {
      if (view.status !== 'loaded') this.#log.error(`"${view.use}" is left out: ${view.reason} [${view.code}]`);
    }
  }

  list(): readonly PluginView[] {
    const made = this.#loaded.map(({ view, life }) => {
      if (life?.failure === undefined) return view;
      const { use, name, version } = view;
      return { status: 'failed', use, name, version, code: life.failure.code, reason: life.failure.message } as const;
    });
    return [...made, ...this.#skipped];
  }
}

function loadedView({ use, manifest, agents, workflows }: LoadedPlugin): LoadedView {
  const { name, version } = manifest;
  const routes = allRoutes(manifest).map((route) => routeView(name, route));
  const ids = workflows.map(({ id }) => id);
  return { status: 'loaded', use, name, version, agents: agents.map(agentView), routes, workflows: ids };
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
