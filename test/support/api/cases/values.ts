import fc from 'fast-check';

export type Schema = Readonly<Record<string, any>>;
type Schemas = Readonly<Record<string, Schema>>;

/** How deep a schema that contains itself is followed. */
const DEPTH = 5;

/** Values a schema lets in, mostly: patterns beyond what can be drawn are left to the hub to refuse. */
export function valuesOf(schema: Schema, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  const next = (one: Schema) => valuesOf(one, schemas, depth + 1);
  if (typeof schema !== 'object' || depth > DEPTH) return fc.jsonValue({ maxDepth: 1 });
  if (schema['$ref'] !== undefined) return next(schemas[String(schema['$ref']).split('/').at(-1)!] ?? {});
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const choices = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map(next));
  if (schema['allOf'] !== undefined)
    return fc.tuple(...(schema['allOf'] as Schema[]).map(next)).map((parts) => Object.assign({}, ...parts) as object);
  const drawn = ofType(schema, next);
  const examples = schema['examples'] as unknown[] | undefined;
  return examples === undefined ? drawn : fc.oneof(fc.constantFrom(...examples), drawn);
}

function ofType(schema: Schema, next: (schema: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { minimum = -1e9, maximum = 1e9, minItems = 0, maxItems = 4 } = schema;
  switch ([schema['type']].flat()[0]) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(next(schema['items'] ?? {}), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 3),
      });
    case 'object':
      return object(schema, next);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function text({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern as string));
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 40), unit: 'binary' });
}

function object(schema: Schema, next: (schema: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties: more } = schema;
  const known = fc.record(
    Object.fromEntries(Object.entries(properties as Record<string, Schema>).map(([key, value]) => [key, next(value)])),
    { requiredKeys: required as string[] },
  );
  if (typeof more !== 'object' || Object.keys(properties).length > 0) return known;
  return fc.dictionary(fc.string({ maxLength: 10 }), next(more as Schema), { maxKeys: 3 });
}
