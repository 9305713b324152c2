import fc from 'fast-check';
import { compileExpression, evaluateExpression } from '../expressions.js';
import { LIMITS } from './limits.js';

const scope = {
  input: {
    name: 'Zoe',
    count: 7,
    list: [1, 2, 3],
    empty: null,
    nested: { a: { b: 'deep' } },
    when: '2026-03-01T12:30:00Z',
  },
  steps: {
    done: { output: { status: 200, items: [{ id: 1 }, { id: 2 }] }, status: 'succeeded' },
    skipped: { status: 'skipped' },
  },
};
const run = (text: string, over: Record<string, unknown> = scope) => evaluateExpression(text, over);

describe('what expressions give', () => {
  it.each<[string, unknown]>([
    // Numbers are JSON numbers: one kind, whatever they look like.
    ['1 + 2.5', 3.5],
    ['input.count + 1', 8],
    ['input.count / 2', 3.5],
    ['7 / 2', 3.5],
    ['int(7 / 2)', 3],
    ['input.count % 2 == 1', true],
    ['1 == 1.0', true],
    ['input.count > 6.5', true],
    ['-input.count', -7],
    ['[1, 2][1] * 3', 6],
    // Texts
    ['input.name + "!"', 'Zoe!'],
    ['size(input.name) + input.list.size()', 6],
    ['"a,b,c".split(",")', ['a', 'b', 'c']],
    ['"a,b,c".split(",", 2)', ['a', 'b,c']],
    ['["a", "b"].join("-")', 'a-b'],
    ['input.name.upperAscii() + input.name.lowerAscii()', 'ZOEzoe'],
    ['" x ".trim().replace("x", "yy")', 'yy'],
    ['input.name.startsWith("Z") && input.name.endsWith("e") && input.name.contains("o")', true],
    ['input.name.substring(1, 2) + string(input.name.indexOf("e"))', 'o2'],
    ['string(true) + string(1.5)', 'true1.5'],
    ['double("1.5") + int("2")', 3.5],
    ['bool("true")', true],
    // Lists and maps
    ['input.list.map(x, x * x)', [1, 4, 9]],
    ['input.list.map(x, x > 1, x * 10)', [20, 30]],
    ['input.list.filter(x, x != 2)', [1, 3]],
    ['input.list.exists(x, x == 3) && input.list.all(x, x > 0) && input.list.exists_one(x, x == 1)', true],
    ['input.nested.map(key, key)', ['a']],
    ['steps.done.output.items.exists(i, i.id in input.list)', true],
    ['2 in input.list && "name" in input && !("x" in input)', true],
    ['input.list == [1, 2, 3.0]', true],
    ['{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ['input.list + [4]', [1, 2, 3, 4]],
    ['[[1, 2], [3]].map(l, l.map(x, x + 1))', [[2, 3], [4]]],
    // Things that may be missing
    ['has(input.zip)', false],
    ['has(input.zip.code)', false],
    ['has(input.nested.a.b)', true],
    ['has(steps.skipped.output)', false],
    ['input.?zip.orValue("8000")', '8000'],
    ['input.?nested.?a.?b.orValue("x")', 'deep'],
    ['input.?zip.hasValue()', false],
    ['input.?zip.or(input.?name).value()', 'Zoe'],
    ['optional.of(3).value() + optional.none().orValue(4)', 7],
    ['default(input.zip, "none")', 'none'],
    ['default(input.empty, "none")', 'none'],
    ['default(input.zip.code, 1)', 1],
    ['steps.skipped.output', null],
    ['input.?zip', null],
    // Times
    ['timestamp(input.when) + duration("90m")', '2026-03-01T14:00:00.000Z'],
    ['timestamp(input.when).getHours()', 12],
    ['timestamp(input.when) > timestamp("2026-01-01T00:00:00+01:00")', true],
    ['timestamp(input.when) - timestamp("2026-03-01T12:00:00Z") == duration("30m")', true],
    ['duration("1h30m").getMinutes()', 90],
    // JSON and regular expressions
    ['toJson(input.nested)', '{"a":{"b":"deep"}}'],
    ['fromJson("{\\"x\\": [1]}").x[0]', 1],
    ['regex(input.name, "^Z.e$") && !regex(input.name, "^o")', true],
    // Values of different kinds are unequal, not an error.
    ['input.name == input.count', false],
    ['input.empty == null', true],
    // As CEL defines it: a side that fails does not matter when the other decides.
    ['input.zip == 1 || true', true],
    ['false && input.zip == 1', false],
    ['input.count > 5 ? "many" : "few"', 'many'],
  ])('%s', (text, expected) => {
    expect(run(text)).toEqual(expected);
  });

  it('gives values of the scope as they are', () => {
    expect(run('input.nested')).toBe(scope.input.nested);
  });

  it('gives back any JSON value unchanged', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(run('x', { x: value })).toEqual(value)));
  });

  it('agrees with JavaScript on numbers', () => {
    const number = fc.integer({ min: -1e6, max: 1e6 });
    fc.assert(
      fc.property(number, number, number, (a, b, c) => {
        expect(run('(a + b) * c - a', { a, b, c })).toBe((a + b) * c - a);
        expect(run('a < b || b <= c', { a, b, c })).toBe(a < b || b <= c);
      }),
    );
  });
});

it('compiles one text anew for other names', () => {
  expect(run('a + 1', { a: 1 })).toBe(2);
  expect(run('a + 1', { b: 5, a: 2 })).toBe(3);
  expect(() => run('a + 1', { b: 1 })).toThrow('"a" is not known');
  expect(run('a + 1', { a: 3 })).toBe(4);
});

describe('what is refused when a file is loaded', () => {
  it.each([
    ['', /empty/],
    ['1 +', /Unexpected/],
    ['nope', /"nope" is not known here/],
    ['inputs.name', /Did you mean "input"/],
    ['"a".matches("(a+)+$")', /use regex/],
    ['regex("a", "(")', /does not compile/],
    ['regex("a", "(?<=x)a")', /does not compile/],
    [`regex("a", "${'a'.repeat(1001)}")`, /at most 1000/],
    ['regex("a", "(a{1000}){1000}")', /does not compile/],
    ['[1].all(a, [1].all(b, [1].all(c, true)))', /2 deep at most/],
    ['9007199254740993', /too large to be exact/],
    ['1u', /bytes and unsigned/],
    ['b"x"', /bytes and unsigned/],
    ['"x" + 1', /no such overload/],
    ['"a" == 1', /no such overload/],
    ['"a" ? 1 : 2', /must be bool/],
    ['cel.bind(a, 1, a)', /"cel" is not known/],
    ['type(1)', /type\(\) with 1/],
    ['timestamp("2026-01-01T00:00:00Z").getHours("UTC")', /getHours\(\) with 1/],
    ['foo(1)', /foo\(\) with 1/],
    ['size(1, 2)', /size\(\) with 2/],
    ['input.name.nope()', /nope\(\) with 0/],
    ['success()', /in "if" of a step only/],
    ['item + index', /with forEach only/],
    [`"${'x'.repeat(LIMITS.length)}"`, /longer than 4096/],
    ['('.repeat(1000) + '1' + ')'.repeat(1000), /depth|nested/i],
    ['['.repeat(500) + ']'.repeat(500), /depth|nested/i],
    ['!'.repeat(4000) + 'true', /depth|nested/i],
    ['-'.repeat(4000) + '1', /depth|nested/i],
    [Array.from({ length: 1000 }, () => '1').join('+'), /nested too deeply/],
    ['input' + '.a'.repeat(2000), /depth|nested/i],
  ])('%.60s', (text, message) => {
    expect(() => compileExpression(text, ['input', 'steps'])).toThrow(message);
    expect(() => compileExpression(text, ['input', 'steps'])).toThrow(
      expect.objectContaining({ code: 'CC_EXPRESSION_INVALID' }),
    );
  });

  it('says all at once, each with its column', () => {
    const thrown = (): unknown => {
      try {
        return compileExpression('one + two.matches("x") + item', ['input']);
      } catch (error) {
        return error;
      }
    };
    expect(thrown()).toMatchObject({
      problems: [{ column: 1 }, { column: 7 }, { column: 26 }, { column: 7 }],
    });
  });

  it('never throws anything but a coded error, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9.()[\]{}"'+\-*/<>=!&|?:, ]{0,40}$/)), (text) => {
        try {
          compileExpression(text, ['a', 'b']).evaluate({ a: 1, b: [] });
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^CC_EXPRESSION_(INVALID|FAILED)$/) as string });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('what fails while a run evaluates', () => {
  it.each([
    ['input.zip', /no such key "zip"/],
    ['input.name.zip', /the value is string, not a map/],
    ['input.list[3]', /no element 3/],
    ['input.count + input.name', /number \+ string is not defined; use string/],
    ['input.count < input.name', /number < string is not defined/],
    ['input.count / 0', /division by zero/],
    ['9007199254740991 + input.count', /too large for an exact/],
    ['input.name && true', /&& takes true or false, not string/],
    ['size(input.count)', /size\(\) takes text, a list or a map/],
    ['int(input.name)', /the text is not a number/],
    ['timestamp(input.name)', /timestamp\(\)/],
    ['fromJson(input.name)', /not JSON/],
    ['input.?zip.value()', /no value/],
    ['input.count.map(x, x)', /not number/],
    ['input.list.join(",")', /join\(\) takes texts/],
    ['string(input.list)', /use toJson/],
    ['input.list.filter(x, x)', /must be true or false/],
    ['input.list.exists(x, input.zip)', /no such key/],
  ])('%s', (text, message) => {
    expect(() => run(text)).toThrow(message);
    expect(() => run(text)).toThrow(expect.objectContaining({ code: 'CC_EXPRESSION_FAILED' }));
  });

  it('quotes the expression, never the value', () => {
    const failing = () => run('int(secrets.TOKEN)', { secrets: { TOKEN: 'hunter2' } });
    expect(failing).toThrow('${{ int(secrets.TOKEN) }} failed');
    expect(failing).not.toThrow(/hunter2/);
  });
});

describe('bounds', () => {
  const big = {
    items: Array.from({ length: 1000 }, (_, i) => i),
    long: Array.from({ length: 1001 }, (_, i) => i),
    text: 'x'.repeat(250_000),
  };

  it('goes over 1,000 elements, two deep', () => {
    expect(run('items.all(x, items.exists(y, x == y && y <= x))', big)).toBe(true);
  });

  it.each([
    ['long.map(x, x)', /at most 1000 elements, not 1001/],
    ['long.exists(x, x == 0)', /at most 1000/],
    ['items.map(x, items.map(y, items))', /longer than 1048576/],
    ['items.map(x, text)', /longer than 1048576/],
    ['text + text + text + text + text', /longer than 1048576/],
    ['text.replace("x", "yyyyy")', /longer than 1048576/],
    ['text.split("")', /longer than 10000/],
    ['items.all(x, items.all(y, text.contains("y") == false))', /too much work/],
    ['items.all(x, toJson(text) != "")', /too much work/],
    ['items.all(x, items.all(y, regex(text, "x.*y") == false))', /too much work/],
    ['items.all(x, items.all(y, items == items + []))', /too much work/],
  ])('%s', (text, message) => {
    const started = performance.now();
    expect(() => run(text, big)).toThrow(message);
    // Not a benchmark: without the bound these take minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('runs a pattern that backtracks for ever elsewhere', () => {
    expect(run('regex(text + "!", "^(x+x+)+y$")', { text: 'x'.repeat(20_000) })).toBe(false);
  });

  it('survives data nested ten thousand deep', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    expect(() => run('deep == [deep]', { deep })).not.toThrow(RangeError);
    expect(() => run('toJson(deep)', { deep })).toThrow('nested too deeply');
  });
});

describe('prototypes', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "mine", "a": {}}') as object;

  it.each<[string, unknown]>([
    ['input.constructor', 'mine'],
    ['input["__proto__"].polluted', 1],
    ['has(input.a.constructor) || has(input.a.toString)', false],
    ['"toString" in input.a', false],
    ['size(input)', 3],
    ['dyn({"__proto__": {"x": 1}}).?x.orValue(0)', 0],
    ['input == {"constructor": "mine"}', false],
    ['{"toString": 1} == {"x": 1}', false],
  ])('%s', (text, expected) => {
    expect(run(text, { input: hostile })).toEqual(expected);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    'input.a.constructor',
    'input.a.__proto__',
    'input.a["__proto__"]',
    'input.a.toString',
    'input.list.length',
    'input.name.length',
  ])('%s is not there', (text) => {
    expect(() => run(text, { input: { a: {}, list: [], name: '' } })).toThrow(
      expect.objectContaining({ code: 'CC_EXPRESSION_FAILED' }),
    );
  });

  it.each([
    'constructor',
    '__proto__',
    'toString()',
    'input.constructor()',
    'input.constructor("return 1")()',
    'valueOf',
    'globalThis',
    'this',
    'process',
  ])('%s does not compile', (text) => {
    expect(() => compileExpression(text, ['input'])).toThrow(
      expect.objectContaining({ code: 'CC_EXPRESSION_INVALID' }),
    );
  });

  it('builds maps whose __proto__ is a plain key', () => {
    const built = run('{"__proto__": {"x": 1}}', {}) as object;
    expect(Object.keys(built)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(built)).toBe(Object.prototype);
  });

  it('takes no name that is not one', () => {
    expect(() => run('1', { 'a b': 1 })).toThrow('cannot be a name');
    expect(() => run('1', { list: 1 })).toThrow('cannot be a name');
    expect(() => run('1', JSON.parse('{"__proto__": 1}') as Record<string, unknown>)).toThrow('cannot be a name');
  });
});
