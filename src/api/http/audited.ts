import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '../../errors/index.js';
import type { Audit } from '../../identity/index.js';
import { actorOf } from '../door/actor.js';
import './route-config.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set by configureApp. */
    audit: Audit | null;
  }
}

const logger = new Logger('api');

/**
 * The line in the audit log of what a route changed (`audit` of its spec), written when the change is durable and before it
 * is answered. What can be half done, users and tokens, writes its own line in its own transaction instead.
 */
export function installAudit(server: FastifyInstance): void {
  server.decorate('audit', null);
  server.addHook('onSend', async (request, reply) => {
    const { audit } = request.routeOptions?.config ?? {};
    if (audit === undefined || audit === 'within' || reply.statusCode >= 400 || request.principal === undefined) return;
    const target = targetOf(request);
    try {
      await server.audit?.recordMade(actorOf(request), {
        action: audit,
        targetKind: audit.split('.', 1)[0]!,
        target,
        ...detailsOf(reply),
      });
    } catch (error) {
      // The change is made, so it is not answered with an error: who sent it would send it again.
      logger.error(
        `no line in the audit log for ${audit} of ${target} by ${actorOf(request).name}: ${messageOf(error)}`,
      );
    }
  });
}

/** The first parameter of the path: of a run, a workflow, an approval its id. */
function targetOf({ params }: FastifyRequest): string {
  return String(Object.values((params ?? {}) as Record<string, unknown>)[0] ?? '');
}

/** The version of a workflow that was put. */
function detailsOf(reply: FastifyReply) {
  const etag = reply.getHeader('etag');
  return typeof etag === 'string' ? { details: { version: etag.replaceAll('"', '') } } : {};
}
