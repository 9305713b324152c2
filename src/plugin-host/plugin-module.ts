import type { DynamicModule, Type } from '@nestjs/common';
import { portTokens } from '@commandcenter/sdk';
import { guardedProvider } from './life/guarded.js';
import type { PluginLife } from './life/plugin-life.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { portsOf } from './ports/ports-of.js';
import { mountRoutes } from './routes/mount.js';

/** A plugin as a Nest module, and the token under which it hands out its agents, in the order of its manifest. */
export interface PluginModule {
  readonly plugin: LoadedPlugin;
  readonly module: DynamicModule;
  readonly agents: symbol;
  readonly life: PluginLife;
}

/**
 * A module of its own for each plugin that imports its ports and nothing else: what it does not provide itself it
 * cannot inject, neither another plugin's providers nor the hub's. (That guards against mistakes. A plugin runs in the
 * hub's process, and code that means harm is not stopped by a container.) `serves`: whether its routes are mounted.
 */
export function pluginModule(
  plugin: LoadedPlugin,
  hub: readonly DynamicModule[],
  serves: boolean,
  life: PluginLife,
): PluginModule {
  const { name, providers = [] } = plugin.manifest;
  const agents = Symbol(`agents of ${name}`);
  const types = plugin.agents.map((agent) => agent.type as Type<object>);
  const all = { provide: agents, useFactory: (...instances: object[]) => instances, inject: types };
  const routes = mountRoutes(plugin, life);
  const module: DynamicModule = {
    module: moduleClass(`Plugin(${name})`),
    imports: [portsModule(plugin, hub, life)],
    controllers: serves ? [...routes.controllers] : [],
    providers: [...[...providers, ...types].map((one) => guardedProvider(one, life)), all, routes.verifiers],
    exports: [agents],
  };
  return { plugin, module, agents, life };
}

/** Stands between hub and plugin: sees the hub's modules, shows the ports. */
function portsModule(plugin: LoadedPlugin, hub: readonly DynamicModule[], life: PluginLife): DynamicModule {
  // A copy of the SDK that is older than a port has no token for it.
  const providers = portsOf(plugin, portTokens(plugin.manifest), life).filter(({ provide }) => provide !== undefined);
  const exports = providers.map(({ provide }) => provide);
  return { module: moduleClass(`Ports(${plugin.manifest.name})`), imports: [...hub], providers, exports };
}

/** Nest tells modules apart by class, and names the class when something cannot be injected. */
function moduleClass(name: string): Type<object> {
  const type = class {};
  Object.defineProperty(type, 'name', { value: name });
  return type;
}
