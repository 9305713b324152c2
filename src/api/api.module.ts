import { type DynamicModule, Module } from '@nestjs/common';
import { EventsController } from './controllers/events.controller.js';
import { HealthController } from './controllers/health.controller.js';
import { PluginsController } from './controllers/plugins.controller.js';
import { RunsController } from './controllers/runs.controller.js';
import { SchedulesController } from './controllers/schedules.controller.js';
import { SchemasController } from './controllers/schemas.controller.js';
import { StartRunController } from './controllers/start-run.controller.js';
import { SystemController } from './controllers/system.controller.js';
import { TokensController } from './controllers/tokens.controller.js';
import { WorkflowsController } from './controllers/workflows.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { Readiness } from './readiness.js';

@Module({})
export class ApiModule {
  static with(...imports: DynamicModule[]): DynamicModule {
    return {
      module: ApiModule,
      imports,
      controllers: [
        StartRunController,
        RunsController,
        WorkflowsController,
        EventsController,
        SchedulesController,
        PluginsController,
        SystemController,
        TokensController,
        HealthController,
        SchemasController,
        DocsController,
      ],
      providers: [Readiness],
    };
  }
}
