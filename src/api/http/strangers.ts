import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf } from './address.js';
import { LargeBodies } from './large-bodies.js';
import { rateLimit } from './rate-limit.js';
import './route-config.js';

/**
 * Counts requests to routes that are open to callers without a token and verify themselves what they get, byte for byte.
 *
 * Forged requests count by the address they come from, genuine ones by their route, and neither in the count of strangers
 * at the other routes. A request is verified even when its address has forged more than its share: only then is known that
 * it is not genuine, and is it answered 429 instead of 401. So a flood of forged requests, also one that comes from the same
 * address as Alertmanager (behind a proxy that is everybody), costs the reading of a body and a hash each, and keeps no
 * genuine one out.
 */
interface Strangers {
  /** Throws CC_RATE_LIMITED. */
  forged(request: FastifyRequest): Promise<void>;
  genuine(request: FastifyRequest): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    strangers: Strangers;
  }
}

export function installStrangers(server: FastifyInstance): void {
  server.decorate('strangers', {
    forged: rateLimit(server, (request) => `forged by ${addressOf(request)}`),
    genuine: rateLimit(server, (request) => `genuine at ${placeOf(request)}`),
  });
  const large = new LargeBodies();
  server.addHook('preParsing', async (request, reply, payload) =>
    verifiesItself(request) ? large.through(payload, request, reply) : payload,
  );
}

/** Its body is handed over as it came, and whoever sends it is counted when it is known whether the request is genuine. */
export function verifiesItself({ routeOptions }: FastifyRequest): boolean {
  const { verifier, rawBody = false } = routeOptions.config ?? {};
  return verifier !== undefined || rawBody;
}

/** Each webhook has a rate of its own. */
function placeOf({ routeOptions, url }: FastifyRequest): string | undefined {
  return routeOptions.config.rawBody === true ? url.split('?', 1)[0] : routeOptions.url;
}
