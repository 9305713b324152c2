import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/index.js';
import { installAudit } from './audited.js';
import { installAccessLog } from './access-log.js';
import { installBodyParsers } from './body-parser.js';
import { answerClientError } from './client-error.js';
import { installGuard, rateKey } from './guard.js';
import { installHttpTelemetry } from './http-telemetry.js';
import { sendProblem } from './problem-filter.js';
import { installRequestId, newRequestId } from './request-id.js';
import { installRouteTable } from './route-table.js';
import { installSecurityHeaders } from './security-headers.js';
import { installStrangers } from './strangers.js';
import { installVerification } from './verified-route.js';

/** A request must have arrived whole by then: slow senders hold nothing for long. */
const REQUEST_MS = 30_000;
const KEEP_ALIVE_MS = 65_000;
/** What is beyond is refused by the socket: a process that runs out of file descriptors serves nobody. */
const MAX_CONNECTIONS = 5_000;
/** A workflow id, a run id and a token id all fit. */
const MAX_PARAM_LENGTH = 200;

/** What must be set on Fastify before Nest takes it over. */
export function fastifyAdapter(config: Config): FastifyAdapter {
  const adapter = new HubAdapter({
    logger: false,
    // Of those alone `X-Forwarded-For` is believed: whom a request comes from is otherwise whoever is connected.
    trustProxy: config.server.trustedProxies.length > 0 && [...config.server.trustedProxies],
    bodyLimit: config.engine.requestBytes,
    genReqId: newRequestId,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    // Fastify's own answer is not a problem document; while the hub drains, RunStarter refuses what must be refused.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => sendProblem(error, request, reply),
    clientErrorHandler: answerClientError,
  });
  const server = adapter.getInstance() as unknown as FastifyInstance;
  server.server.maxConnections = MAX_CONNECTIONS;
  installRouteTable(server);
  installHttpTelemetry(server);
  installRequestId(server);
  installSecurityHeaders(server);
  installBodyParsers(server);
  if (config.logLevel === 'debug' || config.logLevel === 'trace') installAccessLog(server);
  installGuard(server);
  installStrangers(server);
  installVerification(server);
  installAudit(server);
  // The guard reads the one cookie there is itself, where there is no token.
  void server.register(cookie, { hook: false });
  void server.register(rateLimit, {
    global: false,
    // A request without a known token has no principal yet.
    max: (request: FastifyRequest) => request.principal?.ratePerMinute ?? config.engine.rateLimitPerMinute,
    timeWindow: 60_000,
    keyGenerator: rateKey,
  });
  return adapter;
}

class HubAdapter extends FastifyAdapter {
  /** Nest would add parsers of its own, for forms too; ours are in place. */
  override registerParserMiddleware(): void {}

  /** The filter translates; it wants what was thrown. */
  override mapException(error: unknown): unknown {
    return error;
  }
}
