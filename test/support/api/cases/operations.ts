import fc from 'fast-check';
import { junkBody, junkText, junkTypes, spoiled } from './junk.js';
import { type Schema, valuesOf } from './values.js';

export interface Request {
  readonly method: string;
  /** With its query, percent-encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface OperationCases {
  readonly name: string;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly good: fc.Arbitrary<Request>;
  readonly bad: fc.Arbitrary<Request>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Parts {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly type: string;
}

/** Every operation of an OpenAPI document, with requests drawn from its schemas. `known` = values of things that are there. */
export function operationsOf(document: any, known: readonly string[]): OperationCases[] {
  const schemas = document.components.schemas as Record<string, Schema>;
  return Object.entries<Record<string, any>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      responses: operation.responses as Record<string, unknown>,
      ...casesOf(method.toUpperCase(), path, operation, schemas, known),
    })),
  );
}

function casesOf(
  method: string,
  path: string,
  operation: any,
  schemas: Record<string, Schema>,
  known: readonly string[],
) {
  const parameters = operation.parameters as readonly Parameter[];
  const content = Object.entries<{ schema: Schema; example?: string }>(operation.requestBody?.content ?? {});
  const parts = fc.record({
    values: fc.record(Object.fromEntries(parameters.map((one) => [keyOf(one), parameterOf(one, schemas, known)]))),
    sent:
      content.length === 0
        ? fc.constant({ type: '', body: undefined })
        : fc.oneof(...content.map(([type, { schema, example }]) => bodyOf(type, schema, example, schemas))),
  });
  const good = parts.map(({ values, sent }) => requestOf(method, path, parameters, { values, ...sent }));
  const bad = parts.chain(({ values, sent }) => {
    const request = requestOf(method, path, parameters, { values, ...sent });
    const junkParameters = parameters.map((one) =>
      junkText.map((text) =>
        requestOf(method, path, parameters, { ...sent, values: { ...values, [keyOf(one)]: text } }),
      ),
    );
    const everywhere = [
      fc.tuple(junkText, junkText).map(([name, text]) => withQuery(request, `${encoded(name)}=${encoded(text)}`)),
      fc
        .constantFrom('limit=1&limit=2', 'a[b]=c', '%zz', '&&==', 'limit=%ff')
        .map((query) => withQuery(request, query)),
      junkBody.map((body) => ({
        ...request,
        body,
        headers: { ...request.headers, 'content-type': 'application/json' },
      })),
    ];
    if (content.length === 0) return fc.oneof(...junkParameters, ...everywhere);
    const inBody = [
      spoiled(sent.body).map((body) => requestOf(method, path, parameters, { values, ...sent, body })),
      spoiled(sent.body).map((body) => requestOf(method, path, parameters, { values, ...sent, body })),
      junkTypes.map((type) => ({ ...request, headers: { ...request.headers, 'content-type': type } })),
      junkBody.map((body) => ({ ...request, body })),
      fc.constant({ ...request, headers: { ...request.headers, 'content-encoding': 'gzip' } }),
    ];
    return fc.oneof(...junkParameters, ...everywhere, ...inBody);
  });
  return { good, bad };
}

const keyOf = (parameter: Parameter) => `${parameter.in} ${parameter.name}`;

/** Of paths: what is there, where it fits. */
function parameterOf(
  parameter: Parameter,
  schemas: Record<string, Schema>,
  known: readonly string[],
): fc.Arbitrary<string | undefined> {
  const drawn = valuesOf(parameter.schema, schemas).map(String);
  if (parameter.in === 'path') {
    const { format, pattern } = parameter.schema as { format?: string; pattern?: string };
    const uuid = /^[0-9a-f]{8}-/;
    const fits = known.filter((value) => (format === 'uuid') === uuid.test(value) && (pattern === undefined || new RegExp(pattern).test(value))); // prettier-ignore
    return fits.length === 0
      ? drawn
      : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...fits) }, { weight: 1, arbitrary: drawn });
  }
  return parameter.required ? drawn : fc.option(drawn, { nil: undefined, freq: 1 });
}

function bodyOf(type: string, schema: Schema, example: string | undefined, schemas: Record<string, Schema>) {
  if (schema['type'] === 'string') {
    const texts = fc.oneof(fc.constant(example ?? ''), junkText);
    return fc.record({ type: fc.constant(type), body: texts as fc.Arbitrary<unknown> });
  }
  return fc.record({ type: fc.constant(type), body: valuesOf(schema, schemas) });
}

function requestOf(
  method: string,
  path: string,
  parameters: readonly Parameter[],
  { values, body, type }: Parts,
): Request {
  const given = (place: string) =>
    parameters.flatMap((one) => {
      const value = values[keyOf(one)];
      return one.in === place && value !== undefined ? [[one.name, value] as const] : [];
    });
  const filled = given('path').reduce((url, [name, value]) => url.replace(`{${name}}`, () => encoded(value)), path);
  const query = given('query').map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  const text = typeof body === 'string' && type !== 'application/json' ? body : JSON.stringify(body);
  return {
    method,
    path: query.length === 0 ? filled : `${filled}?${query.join('&')}`,
    headers: {
      ...Object.fromEntries(given('header').map(([name, value]) => [name, headerText(value)])),
      ...(text !== undefined && { 'content-type': type }),
    },
    ...(text !== undefined && { body: text }),
  };
}

function withQuery(request: Request, query: string): Request {
  return { ...request, path: `${request.path}${request.path.includes('?') ? '&' : '?'}${query}` };
}

/** Lone surrogates cannot be encoded: they go as the bytes a sloppy client would send. */
function encoded(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : encodeURIComponent(text.toWellFormed()) + '%ED%A0%80';
}

/** What HTTP lets through: all but control characters, as Latin-1. */
function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}
