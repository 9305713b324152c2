import { compileSchema, schemaFaults } from './schema.js';
import { unknownProperty } from './schema-names.js';

const faults = (schema: object, value: unknown) => {
  const checked = compileSchema(schema as never)(value);
  return checked.ok ? [] : checked.faults.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('input schemas', () => {
  it('fills in defaults, in a copy', () => {
    const given = { list: [{}] };
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'object', default: {}, properties: { b: { default: [1] } } },
        list: { items: { properties: { x: { default: 2 } } } },
      },
    };
    expect(compileSchema(schema)(given)).toEqual({ ok: true, value: { list: [{ x: 2 }], a: { b: [1] } } });
    expect(given).toEqual({ list: [{}] });
  });

  it('lists every problem by path', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      additionalProperties: false,
      properties: {
        id: {},
        n: { type: 'integer' },
        mail: { type: 'string', format: 'email' },
        kind: { enum: ['a', 'b'] },
      },
    };
    expect(faults(schema, { n: 1.5, mail: 'x', kind: 'c', other: 1 })).toEqual([
      ': "id" is missing',
      ': unknown property "other"',
      'n: must be integer',
      'mail: must match format "email"',
      'kind: must be equal to one of the allowed values: ["a","b"]',
    ]);
  });

  it('runs a pattern that backtracks for ever elsewhere', () => {
    const started = performance.now();
    expect(faults({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50_000)}!`)).toEqual([
      ': must match pattern "^(a+)+$"',
    ]);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('finds a doubled element among 20,000 without comparing all pairs', () => {
    const items = Array.from({ length: 20_000 }, (_, i) => ({ i }));
    const started = performance.now();
    expect(faults({ uniqueItems: true }, items)).toEqual([]);
    expect(faults({ uniqueItems: true }, [...items, { i: 7 }])).toEqual([': must not have the same element twice']);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('knows 2020-12: prefixItems, unevaluatedProperties, $defs', () => {
    const schema = {
      $defs: { small: { type: 'integer', maximum: 9 } },
      properties: { pair: { prefixItems: [{ $ref: '#/$defs/small' }, { type: 'string' }], items: false } },
      unevaluatedProperties: false,
    };
    expect(faults(schema, { pair: [3, 'x'] })).toEqual([]);
    expect(faults(schema, { pair: [30, 'x', 1], y: 1 })).toHaveLength(3);
  });

  it('takes two schemas with one $id', () => {
    const schema = (type: string) => ({ $id: 'https://example.com/order', type });
    expect(faults(schema('string'), 1)).toEqual([': must be string']);
    expect(faults(schema('number'), 'x')).toEqual([': must be number']);
  });

  it('survives values nested without end', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 50_000; i++) deep = [deep];
    expect(faults({ $defs: { t: { items: { $ref: '#/$defs/t' } } }, $ref: '#/$defs/t' }, deep)).toEqual([
      ': the value is nested too deeply',
    ]);
  });

  it('reports the first 50 of a million problems', () => {
    expect(
      faults(
        { items: { type: 'string' } },
        Array.from({ length: 1_000 }, () => 1),
      ),
    ).toHaveLength(50);
  });

  it.each([
    ['an unknown type', { type: 'objct' }, 'type'],
    ['a wrong keyword value, deep', { properties: { a: { minimum: 'x' } } }, 'properties.a.minimum'],
    ['a pattern re2 does not take', { properties: { a: { pattern: '(?=x)' } } }, ''],
    ['a broken pattern', { pattern: '(' }, ''],
    ['a reference to elsewhere', { $ref: 'https://example.com/schema.json' }, '$ref'],
    ['a reference to a file', { properties: { a: { $ref: 'other.json' } } }, 'properties.a.$ref'],
    ['a reference to nothing', { $ref: '#/$defs/nope' }, ''],
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, '$schema'],
    ['too large a schema', { enum: Array.from({ length: 6_000 }, (_, i) => i) }, ''],
  ])('refuses %s', (_what, schema, path) => {
    expect(schemaFaults(schema)[0]?.path.join('.')).toBe(path);
  });

  it.each([
    {},
    { type: 'object' },
    { $schema: 'https://json-schema.org/draft/2020-12/schema', $comment: 'x' },
    { 'x-own': 1 },
    { format: 'made-up' },
  ])('accepts %j', (schema) => {
    expect(schemaFaults(schema)).toEqual([]);
  });
});

describe('names an input can have', () => {
  const closed = {
    additionalProperties: false,
    properties: { a: { properties: { b: {} }, additionalProperties: false }, open: {} },
  };

  it.each<[object | undefined, string[], boolean]>([
    [closed, ['a'], true],
    [closed, ['a', 'b'], true],
    [closed, ['open', 'anything'], true],
    [closed, ['x'], false],
    [closed, ['a', 'x'], false],
    [{ properties: { a: {} } }, ['x'], true],
    [{ ...closed, patternProperties: {} }, ['x'], true],
    [{ ...closed, allOf: [] }, ['x'], true],
    [{ properties: {}, unevaluatedProperties: false }, ['x'], false],
    [undefined, ['x'], true],
    [closed, ['constructor'], false],
  ])('%j %j', (schema, path, possible) => {
    expect(unknownProperty(schema as never, path) === undefined).toBe(possible);
  });
});
