import type { FastifyInstance } from 'fastify';
import { type Gauges, nameRoute, names } from '../../telemetry/index.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Requests whose answer is not out yet. */
    requestsInFlight: { count: number };
  }
}

/** Names the route before anything can refuse the request; an answer of any kind then bears it. */
export function installHttpTelemetry(server: FastifyInstance): void {
  const inFlight = { count: 0 };
  server.decorate('requestsInFlight', inFlight);
  server.addHook('onRequest', (request, reply, done) => {
    inFlight.count++;
    reply.raw.once('close', () => inFlight.count--);
    if (!request.is404 && request.routeOptions.url !== undefined) nameRoute(request.routeOptions.url);
    done();
  });
}

/** HTTP/1.1 has one request a connection at a time: what has none in flight is kept alive. */
export function watchConnections(server: FastifyInstance, gauges: Gauges): void {
  gauges.watch(names.instruments.httpActiveConnections, async () => {
    const open = await new Promise<number>((resolve, reject) =>
      server.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
    const active = Math.min(open, server.requestsInFlight.count);
    return [
      { value: active, labels: { state: 'active' } },
      { value: open - active, labels: { state: 'idle' } },
    ];
  });
}
