import { versionOf } from './version.js';

const hello = { id: 'hello', steps: { a: { uses: 'x.y', with: { b: 1, a: [1, 2] } } } };

it('depends on content, not on the order of keys', () => {
  expect(versionOf({ steps: { a: { with: { a: [1, 2], b: 1 }, uses: 'x.y' } }, id: 'hello' })).toBe(versionOf(hello));
});

it.each([
  ['a value', { ...hello, name: 'x' }],
  ['the order of a list', { ...hello, steps: { a: { uses: 'x.y', with: { b: 1, a: [2, 1] } } } }],
  ['a type', { ...hello, steps: { a: { uses: 'x.y', with: { b: '1', a: [1, 2] } } } }],
])('changes with %s', (_what, other) => {
  expect(versionOf(other)).not.toBe(versionOf(hello));
});

it('stays the same for ever: it is stored with every run', () => {
  expect(versionOf(hello)).toBe('57282eabe969b30d');
});
