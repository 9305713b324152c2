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
