import type { FastifyRequest } from 'fastify';
import '../http/route-config.js';

/** Where programs call: there an unknown path is answered as every error of the API is. */
const forPrograms = /^\/(api|health|hooks|plugins|schemas|session)(\/|\?|$)/;

/** Whether an error should be a page: a browser asks, and not for a part of the API. */
export function asksForPage(request: FastifyRequest): boolean {
  if (!/\btext\/html\b/i.test(request.headers.accept ?? '')) return false;
  return request.routeOptions?.config?.page === true || (request.is404 && !forPrograms.test(request.url));
}
