import { Source, SOURCE_LIMITS } from './source.js';

describe('reading files', () => {
  it('knows where everything stands', () => {
    const { source } = Source.read('a: 1\nlist:\n  - x\n  - { deep: "y" }\n');
    expect(source?.value).toEqual({ a: 1, list: ['x', { deep: 'y' }] });
    expect(source?.positionOf(['a'])).toEqual({ line: 1, column: 4 });
    expect(source?.positionOf(['a'], { inKey: true })).toEqual({ line: 1, column: 1 });
    expect(source?.positionOf(['list', 1, 'deep'])).toEqual({ line: 4, column: 13 });
    // Nothing stands there: the nearest place above.
    expect(source?.positionOf(['list', 1, 'missing', 'x'])).toEqual({ line: 4, column: 5 });
  });

  it.each([
    ['plain', 'a: abc ${{ nope }}', 7, { line: 1, column: 12 }],
    ['quoted', 'a: "abc ${{ nope }}"', 7, { line: 1, column: 13 }],
    ['escaped', 'a: "\\u0061bc ${{ nope }}"', 8, { line: 1, column: 18 }],
    ['block', 'a: |\n  first\n  ${{ nope }}\n', 10, { line: 3, column: 7 }],
    ['folded', 'a: >-\n  first\n  ${{ nope }}\n', 10, { line: 3, column: 7 }],
  ])('finds a place inside a text: %s', (_style, text, offset, position) => {
    const { source } = Source.read(text);
    const value = (source?.value as { a: string }).a;
    expect(source?.positionOf(['a'], { offset: value.indexOf('nope') })).toEqual(position);
    expect(value.slice(offset)).toMatch(/ope|nop/);
  });

  it('reads JSON, with positions', () => {
    const { source } = Source.read('{\n  "id": "x",\n  "steps": {"a": null}\n}');
    expect(source?.value).toEqual({ id: 'x', steps: { a: null } });
    expect(source?.positionOf(['steps', 'a'])).toEqual({ line: 3, column: 18 });
  });

  it('knows no merge keys, no tags that make objects, and keeps dates as text', () => {
    const { source } = Source.read('"<<": 1\nwhen: 2026-01-31\nyes: yes\n');
    expect(source?.value).toEqual({ '<<': 1, when: '2026-01-31', yes: 'yes' });
  });

  it('follows aliases', () => {
    expect(Source.read('a: &x { b: 1 }\nc: *x\n').source?.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
  });

  const laughs = [
    'a0: &a0 [x,x,x,x,x,x,x,x,x]',
    ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`),
  ].join('\n');

  it.each([
    ['broken YAML', 'a: [1\nb: 2', /not YAML/, 2],
    ['an expression without quotes in a flow map', 'a: { b: ${{ x }}, c: 1 }', /put quotes around/, 1],
    ['a key twice', 'a: 1\nb: 2\na: 3', /"a" stands here twice/, 3],
    ['a key twice, spelled otherwise', 'a: 1\n"a": 2', /"a" stands here twice/, 2],
    ['__proto__', 'a:\n  __proto__: { polluted: 1 }', /not allowed/, 2],
    ['a map as key', '{ {a: 1}: 2 }', /plain word/, 1],
    ['a number JSON does not have', 'a: .inf', /no form in JSON/, 1],
    ['two documents', 'a: 1\n---\nb: 2', /not YAML/, 2],
    ['an unknown tag', 'a: !!js/function "x"', /./, undefined],
    ['billion laughs', laughs, /more than 100 aliases/, undefined],
    ['an alias inside itself', 'a: &x [*x]', /stands inside what it names/, undefined],
    ['an alias to nothing', 'a: *x', /./, undefined],
    ['too many values', `a: [${'1,'.repeat(SOURCE_LIMITS.values)}]`, /more than 60000 tokens/, undefined],
    ['too large a file', `# ${'x'.repeat(SOURCE_LIMITS.size)}`, /at most 262144/, undefined],
    ['nesting', '['.repeat(5_000) + ']'.repeat(5_000), /nested too deeply/, undefined],
    ['nesting of the largest file', '['.repeat(SOURCE_LIMITS.size), /nested too deeply/, undefined],
    ['lists of lists in one line', '- '.repeat(100_000), /more than 60000 tokens/, undefined],
    ['directives without end', '%a\n'.repeat(80_000), /more than 60000 tokens/, undefined],
    [
      'deep blocks',
      Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested too deeply/,
      undefined,
    ],
  ])('refuses %s', (_what, text, message, line) => {
    const started = performance.now();
    const { source, problems } = Source.read(text);
    if (_what === 'an unknown tag' && source !== undefined) return expect(source.value).toEqual({ a: 'x' });
    expect(source).toBeUndefined();
    expect(problems[0]?.message).toMatch(message);
    if (line !== undefined) expect(problems[0]?.line).toBe(line);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('reads 15,000 keys in one map without going quadratic', () => {
    const text = Array.from({ length: 15_000 }, (_, i) => `k${i}:`).join('\n');
    const started = performance.now();
    expect(Object.keys(Source.read(text).source?.value as object)).toHaveLength(15_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
