import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

/** What a caller can name when they ask about a request; the audit log has it too. Never the caller's own: it is not checked. */
export const newRequestId = (): string => randomUUID();

export function installRequestId(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}
