import type { JsonSchema } from '@commandcenter/sdk/definition';
import { AgentCatalogue } from '../definitions/index.js';
import type { Lives } from './life/lives.js';
import type { PluginLife } from './life/plugin-life.js';
import type { LoadedAction, LoadedPlugins } from './loaded-plugin.js';

interface Listed {
  readonly life: PluginLife | undefined;
  readonly actions: ReadonlyMap<string, LoadedAction>;
}

/** What validating workflows asks about the loaded plugins; known before any agent exists. Those of one that broke are unknown. */
export class PluginCatalogue extends AgentCatalogue {
  readonly #agents: ReadonlyMap<string, Listed>;

  constructor({ loaded }: LoadedPlugins, lives: Lives = new Map()) {
    super();
    this.#agents = new Map(
      loaded.flatMap((plugin) =>
        plugin.agents.map(({ id, actions }) => {
          const listed = { life: lives.get(plugin), actions: new Map(actions.map((action) => [action.id, action])) };
          return [id, listed] as const;
        }),
      ),
    );
  }

  has(agent: string, action: string): 'ok' | 'no-agent' | 'no-action' {
    const actions = this.#actionsOf(agent);
    if (actions === undefined) return 'no-agent';
    return actions.has(action) ? 'ok' : 'no-action';
  }

  inputSchema(agent: string, action: string): JsonSchema | undefined {
    return this.#actionsOf(agent)?.get(action)?.inputSchema;
  }

  outputSchema(agent: string, action: string): JsonSchema | undefined {
    return this.#actionsOf(agent)?.get(action)?.outputSchema;
  }

  names(): string[] {
    return [...this.#agents.keys()].flatMap((agent) =>
      [...(this.#actionsOf(agent)?.keys() ?? [])].map((action) => `${agent}.${action}`),
    );
  }

  #actionsOf(agent: string): Listed['actions'] | undefined {
    const { life, actions } = this.#agents.get(agent) ?? {};
    return life?.failure === undefined ? actions : undefined;
  }
}
