import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import type { Credential, NewSession } from '../../identity/index.js';
import { cameByHttps } from './same-origin.js';

export const sessionCookie = 'cc_session';
/** Browsers take a cookie of such a name over https only, and from no other host: a neighbour cannot plant one. */
const secureCookie = `__Host-${sessionCookie}`;

export function sessionOf(request: FastifyRequest): Credential | undefined {
  const { cookie } = request.headers;
  const cookies = cookie === undefined ? {} : request.server.parseCookie(cookie);
  const text = cookies[secureCookie] || cookies[sessionCookie];
  return text ? { kind: 'session', text } : undefined;
}

/** No script can read it, no other site can have it sent, and it ends when the session does. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, session: NewSession): void {
  const secure = cameByHttps(request);
  reply.setCookie(secure ? secureCookie : sessionCookie, session.secret, {
    ...attributes,
    secure,
    expires: session.expiresAt,
  });
}

/** Both: a hub may have been reached by http first and by https later. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  const secure = cameByHttps(request);
  reply.clearCookie(sessionCookie, { ...attributes, secure });
  if (secure) reply.clearCookie(secureCookie, { ...attributes, secure });
}

const attributes = { path: '/', httpOnly: true, sameSite: 'strict' } as const;
