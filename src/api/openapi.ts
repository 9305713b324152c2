import { z } from 'zod';
import { problem } from './answers/problem.js';
import type { RouteSpec } from './door/route-spec.js';
import { catalogue, type ErrorCode } from '../errors/index.js';
import { defaultAccess } from './http/route-config.js';
import type { RegisteredRoute } from './http/route-table.js';
import { problemMediaType } from './http/problem.js';
import { sessionCookie } from './http/session-cookie.js';
import { statusOf } from './http/status.js';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the routes a server has: what the guard and the door work with, said for people and generators. */
export function openApiDocument(routes: readonly RegisteredRoute[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    if (route.spec === undefined || route.method === 'HEAD') continue;
    const path = route.url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, route.spec) };
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'CommandCenter',
      version,
      description:
        'Workflows, runs, events and what drives them. Errors are RFC 9457 problem documents with a code; docs/errors.md lists the codes.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of this hub; the first one is in .commandcenter/cli.json',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: sessionCookie,
          description:
            'For browsers, from POST /session; over https it is called __Host-cc_session. What changes anything needs the Origin of this hub as well.',
        },
      },
    },
  };
  return hoistDefinitions(document);
}

function operation({ method, url, access = defaultAccess }: RegisteredRoute, spec: RouteSpec): Json {
  return {
    operationId: operationId(method, url),
    summary: spec.summary,
    ...(spec.description !== undefined && { description: spec.description }),
    tags: [/^\/api\/v1\/(\w+)/.exec(url)?.[1] ?? 'hub'],
    security: access === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    'x-role': access,
    ...(spec.audit !== undefined && { 'x-audit': spec.audit }),
    parameters: [
      ...parameters('path', spec.params),
      ...parameters('query', spec.query),
      ...parameters('header', spec.headers),
    ],
    ...requestBody(spec),
    responses: { ...successes(spec), ...failures(spec, access, method) },
  };
}

/** `GET /api/v1/runs/:id/logs` -> `getRunsIdLogs`. */
function operationId(method: string, url: string): string {
  const words = url
    .replace(/^\/api(\/v1)?/, '')
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function parameters(place: string, schema: z.ZodObject | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
  }));
}

function requestBody(spec: RouteSpec): Json {
  if (spec.textBody !== undefined) {
    const { types, example } = spec.textBody;
    return {
      requestBody: {
        required: true,
        content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' }, example }])),
      },
    };
  }
  if (spec.documentedBody !== undefined) {
    const content = [spec.documentedBody, ...(spec.documentedBody.others ?? [])].flatMap(({ types, schema }) =>
      types.map((type) => [type, { schema: jsonSchema(schema, 'input') }]),
    );
    return { requestBody: { required: true, content: Object.fromEntries(content) as Json } };
  }
  if (spec.body === undefined) return {};
  const content = { 'application/json': { schema: jsonSchema(spec.body, 'input') } };
  return { requestBody: { required: !spec.body.safeParse(undefined).success, content } };
}

function successes({ answer }: RouteSpec): Json {
  const { status, also, orNothing } = answer;
  return {
    [status]: success(answer),
    ...(also !== undefined && { [also.status]: success({ ...answer, description: also.description }) }),
    ...(orNothing !== undefined && { 204: { description: orNothing } }),
  };
}

function success(answer: RouteSpec['answer']): Json {
  const headers = Object.entries(answer.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return {
    description: answer.description,
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) as Json }),
    ...(answer.type !== undefined
      ? { content: { [answer.type]: { schema: { type: 'string' } } } }
      : answer.schema !== undefined && {
          content: { 'application/json': { schema: jsonSchema(answer.schema, 'output') } },
        }),
  };
}

function failures(spec: RouteSpec, access: string, method: string): Json {
  const codes = new Set<ErrorCode>(spec.errors);
  if (spec.uncounted !== true) codes.add('CC_RATE_LIMITED');
  codes.add('CC_REQUEST_INVALID'); // also of a route without parameters: what it does not know is refused
  if (method !== 'GET') codes.add('CC_REQUEST_TOO_LARGE').add('CC_MEDIA_TYPE_UNSUPPORTED');
  if (access !== 'public')
    codes.add('CC_UNAUTHENTICATED').add('CC_FORBIDDEN').add('CC_DATABASE_UNAVAILABLE').add('CC_OVERLOADED');
  if (access !== 'public' && method !== 'GET') codes.add('CC_ORIGIN_REFUSED');
  codes.add('CC_INTERNAL');
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { kind, title } = catalogue[code];
    const status = statusOf({ code, kind });
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${code}: ${title}`]);
  }
  const content = { [problemMediaType]: { schema: jsonSchema(problem, 'output') } };
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      { description: lines.join('. '), ...((status === 429 || status === 503) && { headers: retryAfter }), content },
    ]),
  );
}

const retryAfter = {
  'Retry-After': { description: 'When to try again, seconds', required: true, schema: { type: 'integer' } },
};

/** Through a wrapper, so that a schema with an id is a reference wherever it stands. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const wrapper: unknown = z.toJSONSchema(z.object({ it: schema }), {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ jsonSchema: made }) => plainer(made),
  });
  const { properties, $defs } = wrapper as { properties: { it: Json }; $defs?: Json };
  return { ...properties.it, ...($defs !== undefined && { $defs }) };
}

/** A format says what its long pattern says, and every JSON integer is a safe one. */
function plainer(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format !== undefined) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** Moves every `$defs` to `components.schemas`, where OpenAPI keeps what has a name. */
function hoistDefinitions(document: Json & { components: Json }): Json {
  const schemas: Json = {};
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const { $defs, $ref, ...rest } = value as Json & { $defs?: Record<string, Json>; $ref?: string };
    for (const [name, { id: _id, ...definition }] of Object.entries($defs ?? {})) schemas[name] ??= walk(definition);
    const walked = Object.fromEntries(Object.entries(rest).map(([key, child]) => [key, walk(child)]));
    return $ref === undefined ? walked : { ...walked, $ref: $ref.replace('#/$defs/', '#/components/schemas/') };
  };
  const walked = walk(document) as Json & { components: Json };
  return { ...walked, components: { ...walked.components, schemas } };
}
