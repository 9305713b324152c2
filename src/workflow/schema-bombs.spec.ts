import { compileSchema, schemaFaults } from './schema.js';
import { validateWorkflow } from './validate.js';

const validate = (input: unknown, given: unknown = {}) =>
  validateWorkflow(
    JSON.stringify({
      id: 'x',
      input,
      on: { schedule: [{ cron: '* * * * *', input: given }] },
      steps: { a: { uses: 'b.c' } },
    }),
  );

const quick = <T>(work: () => T): T => {
  const began = performance.now();
  const result = work();
  expect(performance.now() - began).toBeLessThan(8_000);
  return result;
};

const tooMuch = expect.stringContaining('too much work');

/** Two ways at every level: as many as 2^depth in all. */
function doubling(depth: number, step: (ref: object) => object) {
  const names = Array.from({ length: depth }, (_, i) => `a${i}`);
  const $defs = Object.fromEntries(names.map((name, i) => [name, step({ $ref: `#/$defs/a${i + 1}` })]));
  return { $defs: { ...$defs, [`a${depth}`]: { minProperties: 0 } }, $ref: '#/$defs/a0' };
}

describe('schemas made to harm', () => {
  it('may not turn a check into a promise, which nobody waits for', () => {
    const { plan, problems } = validate({ $async: true, type: 'object', required: ['x'] });
    expect(plan).toBeUndefined();
    expect(validate({ $defs: { a: { $async: true } }, $ref: '#/$defs/a' }).plan).toBeUndefined();
    expect(problems).toEqual([expect.objectContaining({ path: 'input', message: expect.stringContaining('$async') })]);
  });

  it.each([
    'https://json-schema.org/draft/2020-12/schema',
    'https://json-schema.org/draft/2020-12/meta/core',
    'https://example.com/mine',
  ])('touch no other schema by calling themselves or a part of them %s', ($id) => {
    validate({ $id, type: 'object' });
    validate({ type: 'object', $defs: { part: { $id, type: 'string' } } });
    expect(validate({ $id, type: 'object' }).problems).toEqual([]);
    expect(validate({ type: 'wrong' }).problems).toHaveLength(1);
    expect(validate({ properties: { a: { $ref: $id } } }).plan).toBeUndefined();
  });

  it.each(['http://json-schema.org/draft/2020-12/schema', 'https://json-schema.org/draft/2020-12/schema#'])(
    'may say that they are what they are: %s',
    ($schema) => expect(validate({ $schema, type: 'object' }).problems).toEqual([]),
  );

  it('are refused when $schema is no text', () => {
    expect(validate({ $schema: 5 }).problems).toEqual([expect.objectContaining({ path: 'input.$schema' })]);
  });

  it('cannot ask for 2^60 steps by references to references', () => {
    const schema = doubling(60, (ref) => ({ allOf: [ref, ref] }));
    expect(schemaFaults(schema)).toEqual([]);
    const checked = quick(() => compileSchema(schema)({}));
    expect(checked).toEqual({ ok: false, faults: [expect.objectContaining({ message: tooMuch })] });
  });

  it('cannot ask for 2^60 steps by going down into the value', () => {
    const ref = { $ref: '#/$defs/a' };
    const schema = { $defs: { a: { allOf: [{ properties: { x: ref } }, { properties: { x: ref } }] } }, ...ref };
    let value: object = {};
    for (let i = 0; i < 60; i++) value = { x: value };
    expect(quick(() => compileSchema(schema)(value)).ok).toBe(false);
    expect(quick(() => compileSchema(schema)({ x: { x: { x: {} } } })).ok).toBe(true);
  });

  it('do not become a huge program by naming one large part many times', () => {
    const properties = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`p${i}`, { type: 'string' }]));
    const refs = Array.from({ length: 900 }, () => ({ $ref: '#/$defs/a' }));
    const schema = { $defs: { a: { properties } }, allOf: refs };
    expect(quick(() => compileSchema(schema)({ p1: 'a' })).ok).toBe(true);
  });

  it.each([
    ['in one place', { items: { allOf: Array.from({ length: 1_000 }, () => ({ type: 'string' })) } }],
    ['behind a reference', { $defs: { a: { type: 'string' } }, items: { $ref: '#/$defs/a' } }],
  ])('cannot fill the memory with errors, %s', (_, schema) => {
    const checked = quick(() => compileSchema(schema)(Array.from({ length: 100_000 }, () => 1)));
    expect(checked).toEqual({ ok: false, faults: [expect.objectContaining({ message: tooMuch })] });
  });

  it('cannot try a thousand patterns on a long text, nor compare its elements again and again', () => {
    const patterns = { allOf: Array.from({ length: 1_000 }, (_, i) => ({ pattern: `(a|b)*c{${i % 50}}d` })) };
    expect(quick(() => compileSchema(patterns)('ab'.repeat(100_000))).ok).toBe(false);
    const unique = { allOf: Array.from({ length: 200 }, () => ({ uniqueItems: true })) };
    expect(quick(() => compileSchema(unique)(Array.from({ length: 20_000 }, (_v, i) => i))).ok).toBe(false);
  });

  it('cannot have patterns that take seconds to compile', () => {
    const allOf = Array.from({ length: 1_000 }, (_, i) => ({ pattern: `a{1000}b{1000}${i}` }));
    expect(quick(() => schemaFaults({ allOf }))).toEqual([
      expect.objectContaining({ message: expect.stringContaining('too large together') }),
    ]);
  });

  it('leave an honest schema a megabyte of values', () => {
    const order = { type: 'object', required: ['id'], properties: { id: { type: 'integer' }, of: { $ref: '#' } } };
    const schema = { $defs: { order }, type: 'array', items: { $ref: '#/$defs/order' } };
    const orders = Array.from({ length: 60_000 }, (_, id) => ({ id, name: 'abc' }));
    expect(quick(() => compileSchema(schema)(orders)).ok).toBe(true);
    expect(compileSchema({ properties: { 'for(x){ errors++;': { const: 1 } } })({ 'for(x){ errors++;': 1 }).ok).toBe(
      true,
    );
  });
});
