import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CcError } from '../../errors/index.js';
import type { RouteAccess, RouteSpec } from '../door/route-spec.js';
import './route-config.js';

export interface RegisteredRoute {
  readonly method: string;
  readonly url: string;
  /** Undefined when the route's author said nothing: the guard then asks for an admin. */
  readonly access: RouteAccess | undefined;
  readonly spec: RouteSpec | undefined;
  /** For people: not part of the documentation of the API. */
  readonly page: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route of the server, whoever registered it. */
    registeredRoutes: RegisteredRoute[];
  }
}

export function installRouteTable(server: FastifyInstance): void {
  const routes: RegisteredRoute[] = [];
  server.decorate('registeredRoutes', routes);
  server.addHook('onRoute', (options) => {
    const { method, url, config } = options;
    const { access, spec, page = false, bodyBytes } = config ?? {};
    if (bodyBytes !== undefined) options.bodyLimit = bodyBytes;
    for (const one of [method].flat()) routes.push({ method: one, url, access, spec, page });
  });
}

/** Says which methods a path has, when it has any. */
export function noSuchRoute(server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): CcError {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = [
    ...new Set(server.registeredRoutes.filter(({ url }) => matches(url, path)).map(({ method }) => method)),
  ];
  if (methods.length === 0) {
    return new CcError('CC_ROUTE_NOT_FOUND', `there is no ${request.method} ${path}; /api/docs lists what there is`);
  }
  reply.header('allow', methods.join(', '));
  return new CcError('CC_METHOD_NOT_ALLOWED', `${path} does not take ${request.method}, only ${methods.join(', ')}`);
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => part === given[at] || (part.startsWith(':') && given[at] !== ''))
  );
}
