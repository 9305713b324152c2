import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CcError, messageOf } from '../../errors/index.js';
import { parseVerifiedBody } from './body-parser.js';
import './route-config.js';
import './strangers.js';

const logger = new Logger('api');
/** A verifier that cannot do its work is worth a line, and whoever floods the route gets no say in how many. */
const COMPLAIN_EVERY_MS = 60_000;

/** Routes of plugins that are open to callers without a token, and verify themselves what they get, byte for byte. */
export function installVerification(server: FastifyInstance): void {
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
  server.addHook('preValidation', async (request) => {
    if (request.routeOptions.config?.verifier === undefined) return;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!(await isGenuine(request, body))) {
      await server.strangers.forged(request);
      throw new CcError('CC_UNAUTHENTICATED', 'the request does not prove that it comes from whom it should');
    }
    await server.strangers.genuine(request);
    request.body = await parseVerifiedBody(server, request, body);
  });
}
