import { type ShippedWorkflow, ShippedWorkflows } from '../definitions/index.js';
import type { LoadedPlugins } from './loaded-plugin.js';

/** The workflows of the loaded plugins; those of a skipped one are gone with it. */
export class PluginWorkflows extends ShippedWorkflows {
  constructor(private readonly plugins: LoadedPlugins) {
    super();
  }

  list(): readonly ShippedWorkflow[] {
    return this.plugins.loaded.flatMap(({ manifest, workflows }) =>
      workflows.map((definition) => ({ plugin: manifest.name, definition })),
    );
  }
}
