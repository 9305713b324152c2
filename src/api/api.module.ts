import { type DynamicModule, Module } from '@nestjs/common';
import { AlertsController } from './controllers/alerts.controller.js';
import { AuditController } from './controllers/audit.controller.js';
import { ApprovalsController } from './controllers/approvals.controller.js';
import { EventsController } from './controllers/events.controller.js';
import { HooksController } from './controllers/hooks.controller.js';
import { GroupsController } from './controllers/groups.controller.js';
import { HealthController } from './controllers/health.controller.js';
import { PluginsController } from './controllers/plugins.controller.js';
import { SessionController } from './controllers/session.controller.js';
import { RunChangesController } from './controllers/run-changes.controller.js';
import { RunsController } from './controllers/runs.controller.js';
import { SchedulesController } from './controllers/schedules.controller.js';
import { SchemasController } from './controllers/schemas.controller.js';
import { SecretsController } from './controllers/secrets.controller.js';
import { SlosController } from './controllers/slos.controller.js';
import { RunStreamController } from './controllers/run-stream.controller.js';
import { StartRunController } from './controllers/start-run.controller.js';
import { SystemController } from './controllers/system.controller.js';
import { TokensController } from './controllers/tokens.controller.js';
import { WorkflowChangesController } from './controllers/workflow-changes.controller.js';
import { UsersController } from './controllers/users.controller.js';
import { WorkflowsController } from './controllers/workflows.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { ApprovalPagesController } from './pages/approval-pages.controller.js';
import { AssetsController } from './pages/assets.controller.js';
import { LoginController } from './pages/login.controller.js';
import { RunButtonsController } from './pages/run-buttons.controller.js';
import { RunPagesController } from './pages/run-pages.controller.js';
import { RunPageStreamController } from './pages/run-page-stream.controller.js';
import { Standings } from './pages/standings.js';
import type { JobsRole } from '../jobs/index.js';
import { Readiness } from './readiness.js';
import { SignIn } from './sign-in.js';
import { RunStreams } from './stream/run-streams.js';

const api = [
  StartRunController,
  RunsController,
  RunChangesController,
  ApprovalsController,
  RunStreamController,
  WorkflowsController,
  WorkflowChangesController,
  AlertsController,
  EventsController,
  HooksController,
  SchedulesController,
  SlosController,
  PluginsController,
  SystemController,
  TokensController,
  UsersController,
  GroupsController,
  SecretsController,
  AuditController,
  SessionController,
  SchemasController,
  DocsController,
];

const pages = [
  RunPagesController,
  RunPageStreamController,
  RunButtonsController,
  ApprovalPagesController,
  LoginController,
  AssetsController,
];

@Module({})
export class ApiModule {
  /** A worker says only whether it is well. */
  static with(role: JobsRole, ...imports: DynamicModule[]): DynamicModule {
    const controllers = role === 'worker' ? [HealthController] : [HealthController, ...api, ...pages];
    return { module: ApiModule, imports, controllers, providers: [Readiness, SignIn, RunStreams, Standings] };
  }
}
