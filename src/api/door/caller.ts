import type { FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';
import type { Principal } from '../../identity/index.js';
import '../http/route-config.js';

/** Who is calling. The guard has set it on every route that is not public. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === undefined)
    throw new CcError('CC_INTERNAL', `${request.url} asks who is calling, but is public`);
  return request.principal;
}
