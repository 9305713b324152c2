import type { FastifyInstance } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Audit, Authenticator } from '../identity/index.js';
import { Gauges } from '../telemetry/index.js';
import './http/guard.js';
import { watchConnections } from './http/http-telemetry.js';
import { ProblemFilter } from './http/problem-filter.js';

/** What an application made on `fastifyAdapter(config)` needs before it listens. */
export function configureApp(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.authenticator = app.get(Authenticator, { strict: false });
  server.audit = app.get(Audit, { strict: false });
  watchConnections(server, app.get(Gauges, { strict: false }));
  app.useGlobalFilters(new ProblemFilter());
}
