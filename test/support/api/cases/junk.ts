import fc from 'fast-check';

/** Text that has broken something somewhere before. */
const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e\ufeff',
  '𝕏👩‍👩‍👧‍👦é',
  "' OR 1=1 --",
  '${{ secrets.X }}',
  '../../etc/passwd',
  '%00%2e%2e',
  'null',
  'true',
  '-1',
  '0x10',
  '1e400',
  '9'.repeat(400),
  'NaN',
  '2147483648',
  '9223372036854775808',
  '00000000-0000-0000-0000-000000000000',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '__proto__',
  'constructor',
  'a'.repeat(5_000),
];

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const junkText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

/** Any JSON: the wrong type nearly everywhere. */
const junkValue: fc.Arbitrary<unknown> = fc.oneof(
  junkText,
  fc.constantFrom<unknown>(null, true, [], {}, [[]], -0, -1, 0.1, 1e308, -1e308, 2 ** 53, 2 ** 63, 5e-324),
  fc.constantFrom<unknown>(JSON.parse(nested(60)), Array(5_000).fill(0), 'x'.repeat(100_000), {
    a: { b: { c: [{ d: null }] } },
  }),
  fc.jsonValue({ maxDepth: 4 }),
);

/** Bodies that are no JSON, or none that is let in. */
export const junkBody: fc.Arbitrary<string> = fc.constantFrom(
  '{',
  '{"a":1,}',
  'undefined',
  '{"a":1}{"b":2}',
  '\ufeff{}',
  '\0',
  'NaN',
  '1e999',
  '"\\ud800"',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  nested(65),
  nested(20_000),
  '{"a":'.repeat(100) + '1' + '}'.repeat(100),
  `[${'0,'.repeat(200_000)}0]`,
  `"${'x'.repeat(1_100_000)}"`,
  `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`,
  'a: &a [*a]',
  'id: x\nsteps: {a: &b {c: *b}}',
);

export const junkTypes = fc.constantFrom('text/plain', 'application/xml', 'multipart/form-data', 'application/json; charset=latin9', 'application/yaml', 'x', 'application/cloudevents-batch+json'); // prettier-ignore

type Holder = Record<string | number, unknown>;

/** The value with one thing wrong: somewhere in it another value, a key too many, or a key too few. */
export function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(value);
  return fc
    .record({
      at: fc.integer({ min: 0, max: places.length }),
      how: fc.constantFrom('replace', 'remove', 'add'),
      junk: junkValue,
      key: fc.constantFrom('unknown', '', '\0', '$ref', 'é', 'toString'),
    })
    .map(({ at, how, junk, key }) => {
      if (at === places.length) return junk;
      const copy = structuredClone(value);
      const path = places[at]!;
      const holder = path.slice(0, -1).reduce<Holder>((inside, step) => inside[step] as Holder, copy as Holder);
      const last = path.at(-1)!;
      if (how === 'remove') delete holder[last];
      else holder[how === 'add' && !Array.isArray(holder) ? key : last] = junk;
      return copy;
    });
}

function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null || path.length > 6) return [];
  return Object.entries(value).flatMap(([key, child]) => [[...path, key], ...placesOf(child, [...path, key])]);
}
