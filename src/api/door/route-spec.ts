import type { z } from 'zod';
import type { ErrorCode } from '../../errors/index.js';
import type { Access, AuditEntry } from '../../identity/index.js';

/** Who may call a route. `public` = anybody, without a token. */
export type RouteAccess = Access | 'public';

export type AuditAction = AuditEntry['action'] | 'within';

/** Whom the guard and what the door let in. */
export interface Entrance {
  readonly access: RouteAccess;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Only the headers named here are looked at. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Largest body, bytes, where engine.requestBytes is more than anybody needs. */
  readonly bodyBytes?: number;
}

/** All that is known about a route: what the guard asks, what the door lets in, what the documentation says. */
export interface RouteSpec extends Entrance {
  readonly summary: string;
  readonly description?: string;
  /** A body another room checks. */
  readonly documentedBody?: DocumentedBody & { readonly others?: readonly DocumentedBody[] };
  /** What is not JSON comes as bytes, whatever its type. */
  readonly anyBody?: boolean;
  /** The body comes as text and the route parses it. */
  readonly textBody?: { readonly types: readonly string[]; readonly example: string };
  /** The body comes as bytes: the route verifies who sent it, by itself. */
  readonly rawBody?: boolean;
  readonly uncounted?: boolean;
  /** What the audit log calls it when it succeeds; `within`: what it calls writes the line in its own transaction. */
  readonly audit?: AuditAction;
  readonly answer: Answer;
  /** Codes beside the ones every route can answer. */
  readonly errors?: readonly ErrorCode[];
}

interface DocumentedBody {
  readonly types: readonly string[];
  readonly schema: z.ZodType;
}

interface Answer {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Media type when it is not JSON. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** When it answers 204 instead, with nothing in it. */
  readonly orNothing?: string;
  /** The same answer can come with this status too, which the route then sets itself. */
  readonly also?: { readonly status: 201; readonly description: string };
}

type Parts = 'params' | 'query' | 'headers' | 'body';

/** What `read` gives for a spec: each part that the spec has. */
export type InputOf<S extends Entrance> = {
  readonly [P in Parts as S[P] extends z.ZodType ? P : never]: S[P] extends z.ZodType ? z.output<S[P]> : never;
};

/** Keeps the exact types of the schemas. */
export function routeSpec<const S extends RouteSpec>(spec: S): S {
  return spec;
}
