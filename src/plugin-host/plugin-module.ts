import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { PluginOptions, portTokens } from '@commandcenter/sdk';
import { Secrets } from '../identity/index.js';
import { GrantedSecrets } from './granted-secrets.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { HubPluginLogger } from './plugin-logger.js';

/** A plugin as a Nest module, and the token under which it hands out its agents, in the order of its manifest. */
export interface PluginModule {
  readonly plugin: LoadedPlugin;
  readonly module: DynamicModule;
  readonly agents: symbol;
}

/**
 * A module of its own for each plugin that imports its ports and nothing else: what it does not provide itself it
 * cannot inject, neither another plugin's providers nor the hub's. (That guards against mistakes. A plugin runs in the
 * hub's process, and code that means harm is not stopped by a container.)
 */
export function pluginModule(plugin: LoadedPlugin, hub: readonly DynamicModule[]): PluginModule {
  const { name, providers = [] } = plugin.manifest;
  const agents = Symbol(`agents of ${name}`);
  const types = plugin.agents.map((agent) => agent.type as Type<object>);
  const all = { provide: agents, useFactory: (...instances: object[]) => instances, inject: types };
  const module: DynamicModule = {
    module: moduleClass(`Plugin(${name})`),
    imports: [portsModule(plugin, hub)],
    providers: [...providers, ...types, all],
    exports: [agents],
  };
  return { plugin, module, agents };
}

/** Stands between hub and plugin: sees the hub's modules, shows the ports. */
function portsModule(plugin: LoadedPlugin, hub: readonly DynamicModule[]): DynamicModule {
  const providers = portsOf(plugin);
  const exports = providers.map(({ provide }) => provide);
  return { module: moduleClass(`Ports(${plugin.manifest.name})`), imports: [...hub], providers, exports };
}

/** Under the tokens of the plugin's own copy of the SDK: see sdk/src/ports.ts. */
function portsOf(plugin: LoadedPlugin) {
  const { name } = plugin.manifest;
  const tokens = portTokens(plugin.manifest);
  return [
    { provide: tokens.PluginOptions, useValue: new FixedOptions(plugin.options) },
    {
      provide: tokens.PluginLogger,
      inject: [Secrets],
      useFactory: (secrets: Secrets) => new HubPluginLogger(name, secrets),
    },
    {
      provide: tokens.PluginSecrets,
      inject: [Secrets],
      useFactory: (secrets: Secrets) => new GrantedSecrets(name, plugin.grants, secrets),
    },
  ] satisfies Provider[];
}

class FixedOptions extends PluginOptions {
  constructor(readonly value: unknown) {
    super();
  }
}

/** Nest tells modules apart by class, and names the class when something cannot be injected. */
function moduleClass(name: string): Type<object> {
  const type = class {};
  Object.defineProperty(type, 'name', { value: name });
  return type;
}
