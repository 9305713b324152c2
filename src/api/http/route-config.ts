import 'fastify';
import type { Principal } from '../../identity/index.js';
import type { RouteVerifier } from '../../plugin-host/index.js';
import type { AuditAction, RouteAccess, RouteSpec } from '../door/route-spec.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the guard asks for. A route that says nothing needs an admin. */
    access?: RouteAccess;
    /** The body is handed over as text, whatever its media type: the route parses it itself. */
    textBody?: boolean;
    /** A route of a plugin that is open to strangers who prove themselves: see verified-route.ts. */
    verifier?: RouteVerifier;
    /** The body is handed over as bytes: the route verifies who sent it, and counts it itself. Open to strangers. */
    rawBody?: boolean;
    /** What is not JSON is handed over as bytes. */
    anyBody?: boolean;
    /** A form of a page: its body may be application/x-www-form-urlencoded. */
    formBody?: boolean;
    /** Answers people: not part of the API's documentation, and its errors are pages too. */
    page?: boolean;
    /** A body may have so many bytes, instead of engine.requestBytes. */
    bodyBytes?: number;
    /** Never counted by the rate limit: probes must be answered under load. */
    uncounted?: boolean;
    /** What the audit log calls it: see audited.ts. */
    audit?: AuditAction;
    /** What the documentation says of it. */
    spec?: RouteSpec;
  }
  interface FastifyRequest {
    /** Set by the guard on every route but public ones. */
    principal?: Principal;
  }
}

/** A route whose author forgot to say is closed, not open. */
export const defaultAccess: RouteAccess = 'admin';
