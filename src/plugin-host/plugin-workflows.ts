import { type ShippedWorkflow, ShippedWorkflows } from '../definitions/index.js';
import type { Lives } from './life/lives.js';
import type { LoadedPlugins } from './loaded-plugin.js';

/** The workflows of the loaded plugins; those of one that was skipped, or broke, are gone with it. */
export class PluginWorkflows extends ShippedWorkflows {
  constructor(
    private readonly plugins: LoadedPlugins,
    private readonly lives: Lives = new Map(),
  ) {
    super();
  }

  list(): readonly ShippedWorkflow[] {
    return this.plugins.loaded
      .filter((plugin) => this.lives.get(plugin)?.failure === undefined)
      .flatMap(({ manifest, workflows }) => workflows.map((definition) => ({ plugin: manifest.name, definition })));
  }
}
