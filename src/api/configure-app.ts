import type { FastifyInstance } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Authenticator } from '../identity/index.js';
import './http/guard.js';
import { ProblemFilter } from './http/problem-filter.js';

/** What an application made on `fastifyAdapter(config)` needs before it listens. */
export function configureApp(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.authenticator = app.get(Authenticator, { strict: false });
  app.useGlobalFilters(new ProblemFilter());
}
