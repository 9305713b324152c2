import { didYouMean } from './suggest.js';

it.each([
  ['stpes', 'steps'],
  ['timout', 'timeout'],
  ['Retry', 'retry'],
  ['htp.request', 'http.request'],
])('%s means %s', (word, meant) => {
  expect(didYouMean(word, ['steps', 'timeout', 'retry', 'http.request'])).toBe(` Did you mean "${meant}"?`);
});

it.each(['x', 'completely-else', 'cron'])('%s means nothing', (word) => {
  expect(didYouMean(word, ['steps', 'timeout', 'retry'])).toBe('');
});

it('costs little for many long words that differ in the end only', () => {
  const stem = 'a'.repeat(50);
  const names = Array.from({ length: 1_000 }, (_, i) => `${stem}${i}bbbb`);
  const began = performance.now();
  for (let i = 0; i < 200; i++) didYouMean(`${stem}cccc${i}`, names);
  didYouMean('a'.repeat(100_000), [`${'a'.repeat(100_000)}b`]);
  expect(performance.now() - began).toBeLessThan(8_000);
});
