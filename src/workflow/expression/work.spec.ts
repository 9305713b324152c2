import { evaluateExpression } from '../expressions.js';
import { LinearRegex } from './regex.js';
import { programSizeOf } from './regex-size.js';

it.each([
  ['abc', 3],
  ['a{10}', 10],
  ['a{2,10}', 10],
  ['a{10,}', 11],
  ['(?:ab{2}){10}', 70],
  ['[a-z{5}\\]]{3}x', 4],
  ['[]{9}]{2}', 2],
  ['[[:alpha:]{9}]', 1],
  ['\\p{Greek}\\x{10}\\{3}', 5],
  ['a{x}', 4],
])('%s has a program of about %d', (pattern, size) => {
  expect(Math.abs(programSizeOf(pattern) - size)).toBeLessThanOrEqual(Math.ceil(size / 2));
});

it.each([
  'x{1000}'.repeat(100),
  '\\pL{1000}'.repeat(100),
  '((a{1,10}){1,10}){1,10}'.repeat(40),
  '(?:(?:a{900}))'.repeat(9),
])('a pattern that repeats too much is refused without compiling it: %#', (pattern) => {
  const began = performance.now();
  expect(() => new LinearRegex(pattern)).toThrow('repeats too much');
  expect(performance.now() - began).toBeLessThan(100);
});

it.each([
  '^[a-zA-Z0-9.!#$%&*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$',
  '^(([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}|([0-9a-fA-F]{1,4}:){1,7}:|::(ffff(:0{1,4})?:)?((25[0-5]|(2[0-4]|1?[0-9])?[0-9])\\.){3}(25[0-5]|(2[0-4]|1?[0-9])?[0-9]))$',
  '^.{1,1000}$',
  '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$',
])('an honest pattern compiles: %s', (pattern) => {
  expect(() => new LinearRegex(pattern)).not.toThrow();
});

it('patterns made in a loop are paid for', () => {
  const began = performance.now();
  const items = Array.from({ length: 1_000 }, (_, i) => `(a|b){${i}}`);
  expect(() => evaluateExpression('items.map(x, items.map(y, regex("a", x + y)))', { items })).toThrow('too much work');
  expect(performance.now() - began).toBeLessThan(8_000);
});

it.each(['a == b', 'a <= b', 'a in [b]'])('reading two long texts again and again is paid for: %s', (comparison) => {
  const [a, b] = [0, 1].map(() => 'x'.repeat(500_000).split('').join('')) as [string, string];
  const items = Array.from({ length: 1_000 }, (_, i) => i);
  const expression = `items.all(x, items.all(y, ${comparison}))`;
  const began = performance.now();
  expect(() => evaluateExpression(expression, { a, b, items })).toThrow('too much work');
  expect(performance.now() - began).toBeLessThan(8_000);
});
