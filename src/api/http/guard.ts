import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';
import { mayDo, type Authenticator, type Credential, type Principal } from '../../identity/index.js';
import { addressOf } from './address.js';
import { rateLimit } from './rate-limit.js';
import { defaultAccess } from './route-config.js';
import { noSuchRoute } from './route-table.js';
import { requireSameOrigin } from './same-origin.js';
import { sessionOf } from './session-cookie.js';
import { verifiesItself } from './strangers.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Set by configureApp. While it is null every guarded route answers 500: the server fails closed. */
    authenticator: Authenticator | null;
  }
}

/**
 * Guards every route of the server, whoever registered it. It runs before the body is read, so nobody without a token
 * or a session makes the hub parse anything. It asks first and counts then: who shows a right one has the rate of its token,
 * and whoever floods the hub with wrong ones, from the same address too (behind a proxy that is everybody), keeps nobody out;
 * how many are asked about at once is bounded. Everybody else shares the rate of their address. A browser sends its cookie
 * whoever makes it ask, so with a session alone only the hub's own pages can change anything.
 */
export function installGuard(server: FastifyInstance): void {
  server.decorateRequest('principal');
  server.decorate('authenticator', null);
  const count = rateLimit(server);
  server.addHook('onRequest', async (request, reply) => {
    if (request.is404) {
      await count(request);
      throw noSuchRoute(server, request, reply);
    }
    const { access = defaultAccess, uncounted = false } = request.routeOptions.config;
    if (verifiesItself(request)) return; // counted when it is known whether it is genuine
    if (access === 'public') return uncounted ? undefined : count(request);
    const { authenticator } = server;
    if (authenticator === null)
      throw new CcError('CC_INTERNAL', 'the guard has no authenticator: configureApp(app) was not called');
    const credential = credentialOf(request);
    const principal =
      credential && (authenticator.remembered(credential) ?? (await authenticator.authenticate(credential)));
    if (principal !== undefined) request.principal = principal;
    await count(request);
    if (principal === undefined) throw unauthenticated(credential);
    if (credential?.kind === 'session' && !safeMethods.has(request.method)) requireSameOrigin(request);
    if (!mayDo(principal, access)) throw forbidden(principal, access);
  });
}

/** They change nothing. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function unauthenticated(credential: Credential | undefined): CcError {
  if (credential === undefined) {
    return new CcError(
      'CC_UNAUTHENTICATED',
      'this call needs a token: send the header "Authorization: Bearer <token>"; the first one is in .commandcenter/cli.json of the hub',
    );
  }
  return new CcError(
    'CC_UNAUTHENTICATED',
    credential.kind === 'token'
      ? 'the token is unknown, revoked or expired; ask an admin of this hub for another'
      : 'the session has ended; sign in again',
  );
}

function forbidden(principal: Principal, access: string): CcError {
  return new CcError(
    'CC_FORBIDDEN',
    `this call needs the role ${access}; the token "${principal.name}" has the role ${principal.role}`,
  );
}

/**
 * By token where there is one that is right, else by address. Headers of proxies are believed of those that
 * `server.trustedProxies` names only: anybody can write them.
 */
export function rateKey(request: FastifyRequest): string {
  return request.principal === undefined ? `address ${addressOf(request)}` : `token ${request.principal.id}`;
}

/** What the caller shows: the header before the cookie. */
export function credentialOf(request: FastifyRequest): Credential | undefined {
  return bearer(request) ?? sessionOf(request);
}

function bearer(request: FastifyRequest): Credential | undefined {
  const text = /^bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1];
  return text === undefined ? undefined : { kind: 'token', text };
}
