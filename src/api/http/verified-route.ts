import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CcError, messageOf } from '../../errors/index.js';
import { addressOf } from './address.js';
import { parseVerifiedBody } from './body-parser.js';
import { rateLimit } from './rate-limit.js';
import './route-config.js';

const logger = new Logger('api');
/** A verifier that cannot do its work is worth a line, and whoever floods the route gets no say in how many. */
const COMPLAIN_EVERY_MS = 60_000;

/** Bytes of a body that anybody may send at any time. */
const SMALL = 65_536;
/** Larger bodies at once: they are kept in memory before it is known who sends them. */
const MOST_LARGE = 64;

/**
 * Routes of plugins that are open to callers without a token, and verify themselves what they get, byte for byte.
 *
 * Their rate: forged requests count by the address they come from, genuine ones by their route, and neither in the count
 * of strangers at the other routes. A request is verified even when its address has forged more than its share: only
 * then is known that it is not genuine, and is it answered 429 instead of 401. So a flood of forged requests, also one that
 * comes from the same address as Alertmanager (behind a proxy that is everybody), costs the reading of a body and a hash
 * each, and keeps no genuine alert out.
 */
export function installVerification(server: FastifyInstance): void {
  const forged = rateLimit(server, (request) => `forged by ${addressOf(request)}`);
  const genuine = rateLimit(server, (request) => `genuine at ${request.routeOptions.url}`);
  let complainAt = 0;
  const isGenuine = async (request: FastifyRequest, body: Buffer): Promise<boolean> => {
    const { method, url, headers } = request;
    try {
      return (await request.routeOptions.config.verifier?.verify({ method, url, headers, body })) ?? false;
    } catch (thrown) {
      if (Date.now() >= complainAt) {
        complainAt = Date.now() + COMPLAIN_EVERY_MS;
        logger.warn(`${method} ${request.routeOptions.url} cannot be verified: ${messageOf(thrown)}`);
      }
      return false;
    }
  };
  let large = 0;
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config?.verifier === undefined || announcedBytes(request) <= SMALL) return;
    if (large >= MOST_LARGE) {
      throw new CcError('CC_OVERLOADED', `more than ${MOST_LARGE} large requests without a token at once`, {
        retryAfter: 1,
      });
    }
    large++;
    reply.raw.once('close', () => large--);
  });
  server.addHook('preValidation', async (request) => {
    if (request.routeOptions.config?.verifier === undefined) return;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!(await isGenuine(request, body))) {
      await forged(request);
      throw new CcError('CC_UNAUTHENTICATED', 'the request does not prove that it comes from whom it should');
    }
    await genuine(request);
    request.body = await parseVerifiedBody(server, request, body);
  });
}

/** Of a body that does not say how long it is, all that it could be. */
function announcedBytes({ headers, routeOptions }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return routeOptions.bodyLimit;
  return Number(headers['content-length'] ?? 0);
}
