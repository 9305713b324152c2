import type { JsonSchema } from '@commandcenter/sdk/definition';
import { AgentCatalogue } from '../definitions/index.js';
import type { LoadedAction, LoadedPlugins } from './loaded-plugin.js';

/** What validating workflows asks about the loaded plugins; known before any agent exists. */
export class PluginCatalogue extends AgentCatalogue {
  readonly #agents: ReadonlyMap<string, ReadonlyMap<string, LoadedAction>>;

  constructor({ loaded }: LoadedPlugins) {
    super();
    const agents = loaded.flatMap((plugin) => plugin.agents);
    this.#agents = new Map(
      agents.map(({ id, actions }) => [id, new Map(actions.map((action) => [action.id, action]))]),
    );
  }

  has(agent: string, action: string): 'ok' | 'no-agent' | 'no-action' {
    const actions = this.#agents.get(agent);
    if (actions === undefined) return 'no-agent';
    return actions.has(action) ? 'ok' : 'no-action';
  }

  inputSchema(agent: string, action: string): JsonSchema | undefined {
    return this.#agents.get(agent)?.get(action)?.inputSchema;
  }

  outputSchema(agent: string, action: string): JsonSchema | undefined {
    return this.#agents.get(agent)?.get(action)?.outputSchema;
  }

  names(): string[] {
    return [...this.#agents].flatMap(([agent, actions]) => [...actions.keys()].map((action) => `${agent}.${action}`));
  }
}
