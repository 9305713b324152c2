import type { LoadedPlugin, LoadedPlugins } from '../loaded-plugin.js';
import { PluginLife } from './plugin-life.js';

/** Of every plugin that was loaded. */
export type Lives = ReadonlyMap<LoadedPlugin, PluginLife>;

export function livesOf({ loaded }: LoadedPlugins): Lives {
  return new Map(
    loaded.map((plugin) => {
      const { use, manifest, onError = 'fail' } = plugin;
      return [plugin, new PluginLife({ use, name: manifest.name, onError })];
    }),
  );
}
