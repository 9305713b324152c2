import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import type { Credential, NewSession } from '../../identity/index.js';
import { cameByHttps } from './same-origin.js';

export const sessionCookie = 'cc_session';

export function sessionOf(request: FastifyRequest): Credential | undefined {
  const { cookie } = request.headers;
  const text = cookie === undefined ? undefined : request.server.parseCookie(cookie)[sessionCookie];
  return text ? { kind: 'session', text } : undefined;
}

/** No script can read it, no other site can have it sent, and it ends when the session does. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, session: NewSession): void {
  reply.setCookie(sessionCookie, session.secret, { ...attributes(request), expires: session.expiresAt });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(sessionCookie, attributes(request));
}

function attributes(request: FastifyRequest) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: cameByHttps(request) } as const;
}
