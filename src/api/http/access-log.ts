import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** A line per answer, for debugging: by route, not by address, and without headers or queries. Off otherwise: it costs. */
export function installAccessLog(server: FastifyInstance): void {
  const logger = new Logger('http');
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? '(no route)' : request.routeOptions.url;
    logger.debug(
      `${request.method} ${route} ${reply.statusCode} ${reply.elapsedTime.toFixed(1)} ms ${request.principal?.name ?? '-'}`,
    );
    done();
  });
}
