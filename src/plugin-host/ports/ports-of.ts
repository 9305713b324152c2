import type { FactoryProvider, ValueProvider } from '@nestjs/common';
import { PluginOptions, type Ports } from '@commandcenter/sdk';
import { Database } from '../../database/index.js';
import { Events } from '../../events/index.js';
import { Secrets } from '../../identity/index.js';
import { Gauges, MetricService } from '../../telemetry/index.js';
import { GrantedSecrets } from '../granted-secrets.js';
import type { PluginLife } from '../life/plugin-life.js';
import type { LoadedPlugin } from '../loaded-plugin.js';
import { HubPluginMetrics } from '../metrics/plugin-metrics.js';
import { HubPluginLogger } from '../plugin-logger.js';
import { HubPluginQueue } from '../queue/plugin-queue.js';
import { QueueLoop } from '../queue/queue-loop.js';
import { PluginEvents } from './hub-events.js';
import { HubPluginStore } from './plugin-store.js';

/** Every port of one plugin, under the tokens of the plugin's own copy of the SDK: see sdk/src/ports.ts. */
export function portsOf(plugin: LoadedPlugin, tokens: Ports, life: PluginLife) {
  const { name, metrics = {} } = plugin.manifest;
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
    {
      provide: tokens.HubEvents,
      inject: [Events, Database, Secrets],
      useFactory: (events: Events, database: Database, secrets: Secrets) =>
        new PluginEvents(name, events, database, secrets),
    },
    {
      provide: tokens.PluginQueue,
      inject: [Database, QueueLoop],
      useFactory: (database: Database, loop: QueueLoop) => new HubPluginQueue(name, database, loop, life),
    },
    {
      provide: tokens.PluginStore,
      inject: [Database],
      useFactory: (database: Database) => new HubPluginStore(name, database),
    },
    {
      provide: tokens.PluginMetrics,
      inject: [MetricService, Gauges],
      useFactory: (meters: MetricService, gauges: Gauges) => new HubPluginMetrics(name, metrics, meters, gauges),
    },
  ] satisfies (FactoryProvider | ValueProvider)[];
}

class FixedOptions extends PluginOptions {
  constructor(readonly value: unknown) {
    super();
  }
}
