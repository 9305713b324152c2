import type { FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';

/**
 * Refuses what another site makes a browser send. Browsers say in `Origin` where a request comes from, and no script can
 * change that. Only the host is compared: behind a proxy that ends TLS the hub does not know its own scheme.
 */
export function requireSameOrigin(request: Pick<FastifyRequest, 'headers'>): void {
  const { origin, host } = request.headers;
  if (origin !== undefined && host !== undefined && isSame(origin, host)) return;
  throw new CcError(
    'CC_ORIGIN_REFUSED',
    origin === undefined
      ? 'the request has a session cookie but no Origin header; programs send "Authorization: Bearer <token>" instead'
      : `the request comes from ${origin.slice(0, 200)}, which is not this hub (${host?.slice(0, 200) ?? 'no Host header'})`,
  );
}

/** Whether a browser that sent this speaks TLS. The origin is believed: it can only make the sender's own cookie stricter. */
export function cameByHttps(request: Pick<FastifyRequest, 'headers' | 'protocol'>): boolean {
  return request.protocol === 'https' || request.headers.origin?.startsWith('https://') === true;
}

function isSame(origin: string, host: string): boolean {
  const from = /^https?:\/\//.test(origin) && URL.canParse(origin) ? new URL(origin) : undefined;
  const here = from && `${from.protocol}//${host}`;
  // Both through URL: a default port may be said or not, and case does not matter.
  return here !== undefined && URL.canParse(here) && new URL(here).host === from?.host;
}
