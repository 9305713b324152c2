import type { FastifyRequest } from 'fastify';
import { currentTraceparent } from '../../telemetry/index.js';

/** W3C trace context; a broken one is no reason to refuse the work, so it is left out. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a run that the request starts is linked to: the request's own span, which is in its caller's trace; without tracing here, what the caller says. */
export function parentOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const parent = currentTraceparent() ?? headers['traceparent'];
  return typeof parent === 'string' && TRACEPARENT.test(parent) ? parent : undefined;
}
