import { type DynamicModule, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule, configureApp, fastifyAdapter } from './api/index.js';
import { ApprovalEntity, ApprovalsModule } from './approvals/index.js';
import { type Config, ConfigModule } from './config/index.js';
import { type Database, DatabaseModule, type Entities } from './database/index.js';
import {
  DefinitionsModule,
  WorkflowEntity,
  WorkflowRevisionEntity,
  WorkflowVersionEntity,
} from './definitions/index.js';
import { EventEntity, EventsModule } from './events/index.js';
import {
  identityEntities,
  IdentityModule,
  openStoredSecrets,
  type Secrets,
  type StoredSecrets,
} from './identity/index.js';
import { JobsModule, type JobsRole } from './jobs/index.js';
import { type LoadedPlugins, loadPlugins, pluginEntities, PluginHostModule } from './plugin-host/index.js';
import { runEntities, RunsModule } from './runs/index.js';
import { SloModule } from './slo/index.js';
import { TelemetryModule } from './telemetry/index.js';
import { AlertStartEntity, EventBurstEntity, ScheduleEntity, TriggersModule } from './triggers/index.js';

@Module({})
class AppModule {}

/** Handed to TypeORM: every room's own. */
export const entities: Entities = [
  ...identityEntities,
  WorkflowEntity,
  WorkflowVersionEntity,
  WorkflowRevisionEntity,
  EventEntity,
  EventBurstEntity,
  ScheduleEntity,
  AlertStartEntity,
  ApprovalEntity,
  ...pluginEntities,
  ...runEntities,
];

/** The product as a readable list: every room's module, once, with the rooms it uses. */
function rooms(
  config: Config,
  database: Database,
  secrets: Secrets,
  stored: StoredSecrets,
  role: JobsRole,
  plugins: LoadedPlugins,
): DynamicModule[] {
  const settings = ConfigModule.with(config);
  const telemetry = TelemetryModule.with(config.telemetry.enabled, settings);
  const base = [settings, telemetry, DatabaseModule.with(database, telemetry)];
  const jobs = JobsModule.with(role, ...base);
  const events = EventsModule.with(...base, jobs);
  const identity = IdentityModule.withStore(secrets, stored, ...base);
  const host = PluginHostModule.with(plugins, role, ...base, jobs, events, identity);
  const definitions = DefinitionsModule.with(...base, host);
  const runs = RunsModule.with(...base, jobs, events, identity, host, definitions);
  const triggers = TriggersModule.with(...base, jobs, events, identity, definitions, runs);
  const slo = SloModule.with(...base, jobs, definitions);
  const approvals = ApprovalsModule.with(...base, identity, runs);
  const api = ApiModule.with(role, ...base, jobs, events, identity, host, definitions, runs, triggers, slo, approvals);
  return [runs, triggers, slo, approvals, api];
}

/** Loads the plugins, builds the container and readies it to listen. Throws coded errors for what is wrong. */
export async function createApp(
  config: Config,
  database: Database,
  secrets: Secrets,
  role: JobsRole,
  logger: LoggerService,
): Promise<NestFastifyApplication> {
  const stored = await openStoredSecrets(config, database, secrets, logger);
  const plugins = await loadPlugins(config, (name) => secrets.find(name));
  const imports = rooms(config, database, secrets, stored, role, plugins);
  const module = { module: AppModule, imports };
  const options = { abortOnError: false, logger };
  const app = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(config), options);
  configureApp(app);
  return app;
}
