import { type DynamicModule, Module } from '@nestjs/common';
import { AgentCatalogue, ShippedWorkflows } from '../definitions/index.js';
import { Secrets } from '../identity/index.js';
import type { JobsRole } from '../jobs/index.js';
import { AgentRegistry } from './agent-registry.js';
import { GrantedSecrets } from './granted-secrets.js';
import { livesOf } from './life/lives.js';
import type { LoadedPlugins } from './loaded-plugin.js';
import { PluginCatalogue } from './plugin-catalogue.js';
import { PluginDirectory } from './plugin-directory.js';
import { PluginWorkflows } from './plugin-workflows.js';
import { type PluginModule, pluginModule } from './plugin-module.js';
import { PortServices } from './ports/port-services.js';

@Module({})
export class PluginHostModule {
  /** Needs the modules of configuration, telemetry, database, jobs, events and identity. */
  static with(plugins: LoadedPlugins, role: JobsRole, ...imports: DynamicModule[]): DynamicModule {
    const hub = [...imports, PortServices.with(imports)];
    // A worker answers nobody: it would serve a plugin's routes and none of the hub's.
    const lives = livesOf(plugins);
    const modules = plugins.loaded.map((plugin) => pluginModule(plugin, hub, role !== 'worker', lives.get(plugin)!));
    return {
      module: PluginHostModule,
      imports: [...imports, ...modules.map(({ module }) => module)],
      providers: [
        { provide: PluginDirectory, useValue: new PluginDirectory(plugins, lives) },
        { provide: AgentCatalogue, useValue: new PluginCatalogue(plugins, lives) },
        { provide: ShippedWorkflows, useValue: new PluginWorkflows(plugins, lives) },
        {
          provide: AgentRegistry,
          inject: [Secrets, ...modules.map(({ agents }) => agents)],
          useFactory: (secrets: Secrets, ...instances: object[][]) => registry(modules, instances, secrets),
        },
      ],
      exports: [AgentRegistry, AgentCatalogue, PluginDirectory, ShippedWorkflows],
    };
  }
}

function registry(modules: readonly PluginModule[], instances: readonly object[][], secrets: Secrets): AgentRegistry {
  const registry = new AgentRegistry();
  for (const [index, { plugin, life }] of modules.entries()) {
    life.onBreak(() => registry.forget(plugin.agents));
    if (life.failure !== undefined) continue;
    const scope = {
      options: plugin.options,
      secrets: new GrantedSecrets(plugin.manifest.name, plugin.grants, secrets),
    };
    for (const [position, agent] of plugin.agents.entries()) {
      const instance = instances[index]?.[position];
      if (instance !== undefined) registry.register(agent, instance, scope);
    }
  }
  return registry;
}
