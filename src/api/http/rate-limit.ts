import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';

/** Counts a request under its key; throws CC_RATE_LIMITED when there were too many within a minute. */
export function rateLimit(
  server: FastifyInstance,
  keyOf?: (request: FastifyRequest) => string,
): (request: FastifyRequest) => Promise<void> {
  let limit: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  return async (request) => {
    limit ??= server.createRateLimit(keyOf && { keyGenerator: keyOf });
    const answer = await limit(request);
    if (answer.isAllowed || !answer.isExceeded) return;
    const retryAfter = Math.max(1, answer.ttlInSeconds);
    const more = request.principal?.ratePerMinute === undefined ? 'raise engine.rateLimitPerMinute' : 'have the rate of this token raised'; // prettier-ignore
    throw new CcError(
      'CC_RATE_LIMITED',
      `more than ${answer.max} requests in a minute; try again in ${retryAfter} s, or ${more}`,
      { retryAfter },
    );
  };
}
