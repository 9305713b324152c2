import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../identity/index.js';
import { currentTraceparent } from '../../telemetry/index.js';
import { callerOf } from './caller.js';

/** The caller as the audit log names them. */
export function actorOf(request: FastifyRequest): Actor {
  const { id, name, user } = callerOf(request);
  const traceId = currentTraceparent()?.split('-')[1];
  return {
    kind: user === undefined ? 'token' : 'user',
    name,
    tokenId: id,
    requestId: request.id,
    ...(traceId !== undefined && { traceId }),
  };
}
