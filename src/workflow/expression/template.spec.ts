import fc from 'fast-check';
import type { CcError } from '../../errors/index.js';
import { compileTemplate } from '../expressions.js';

const scope = { input: { name: 'Zoe', count: 7, list: [1, 2], nothing: null, on: true } };
function problemsOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as CcError).problems;
  }
}

const evaluate = (value: unknown) => compileTemplate(value, ['input']).evaluate(scope);

describe('templates', () => {
  it.each<[unknown, unknown]>([
    // A value that is one whole ${{ }} keeps its type.
    ['${{ input.count }}', 7],
    ['${{input.list}}', [1, 2]],
    ['${{ input.nothing }}', null],
    ['${{ input.on }}', true],
    // Embedded ones interpolate.
    ['n=${{ input.count }}', 'n=7'],
    ['${{ input.name }}${{ input.count }}', 'Zoe7'],
    ['${{ input.name }} ', 'Zoe '],
    ['[${{ input.nothing }}] ${{ input.on }} ${{ input.list }} ${{ {"a": input.name} }}', '[] true [1,2] {"a":"Zoe"}'],
    // Braces and quotes of CEL do not end it.
    ['${{ {"a": {"b": {}}} }}', { a: { b: {} } }],
    ['${{ "}}" + \'"}}\' }}', '}}"}}'],
    ['${{ "\\"}}" }}', '"}}'],
    ['${{ r"\\"}}" }}', '\\"}}'],
    ['${{ """a"b}}""" }}', 'a"b}}'],
    // Not expressions
    ['$input ${x} {{ y }} $${z}', '$input ${x} {{ y }} $${z}'],
    [5, 5],
    // Anywhere in lists and maps
    [
      { a: [1, '${{ input.count + 1 }}', { b: 'x${{ input.name }}' }], c: { d: null } },
      { a: [1, 8, { b: 'xZoe' }], c: { d: null } },
    ],
  ])('%j', (value, expected) => {
    expect(evaluate(value)).toEqual(expected);
  });

  it('keeps the order of keys and the constant parts themselves', () => {
    const constant = { deep: ['x'] };
    const result = evaluate({ z: '${{ input.name }}', a: constant, m: 1 }) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual(['z', 'a', 'm']);
    expect(result['a']).toBe(constant);
  });

  it('gives a value without expressions back as it is', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => !JSON.stringify(value).includes('${{')),
        (value) => {
          expect(evaluate(value)).toBe(value);
        },
      ),
    );
  });

  it('keeps any value that is one whole expression, and any text around an embedded one', () => {
    const plain = fc.string().filter((text) => !text.includes('${{') && !text.endsWith('$') && !text.endsWith('${'));
    fc.assert(
      fc.property(fc.jsonValue(), plain, plain, (value, before, after) => {
        const template = compileTemplate({ whole: '${{ x }}', text: `${before}\${{ "<" + "}}" }}${after}` }, ['x']);
        expect(template.evaluate({ x: value } as object)).toEqual({ whole: value, text: `${before}<}}${after}` });
      }),
    );
  });

  it.each([
    ['${{ input.name', /no closing/],
    ['${{ input.name }', /no closing/],
    ['a ${{ "x }}', /no closing/],
    ['${{ }}', /empty/],
    ['${{ nope }}', /"nope" is not known/],
  ])('refuses %j', (text, message) => {
    expect(() => compileTemplate({ a: [text] }, ['input'])).toThrow(message);
  });

  it('reports every expression that does not compile, by path', () => {
    const compiling = () => compileTemplate({ a: '${{ one }}', b: ['x', '${{ two }} ${{ three }}'] }, []);
    expect(problemsOf(compiling)).toMatchObject([
      { path: 'a', column: 5 },
      { path: 'b[1]', column: 5 },
      { path: 'b[1]', column: 16 },
    ]);
  });

  it('stops a text that grows beyond all bounds', () => {
    const template = compileTemplate('${{ x }}${{ x }}${{ x }}', ['x']);
    expect(() => template.evaluate({ x: 'y'.repeat(500_000) } as object)).toThrow('longer than 1048576');
  });

  it('makes __proto__ a plain key', () => {
    const hostile = JSON.parse('{"__proto__": "${{ input.name }}"}') as object;
    const result = evaluate(hostile) as object;
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.entries(result)).toEqual([['__proto__', 'Zoe']]);
  });
});
