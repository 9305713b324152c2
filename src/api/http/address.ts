import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';

/** Who a stranger is. Of IPv6 a network of 64 bits is one: whoever has one has all of its addresses. */
export function addressOf(request: Pick<FastifyRequest, 'ip'>): string {
  return normalizeIP(request.ip, 64);
}
