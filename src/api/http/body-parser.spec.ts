import { depthExceeds } from './body-parser.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('the depth of JSON', () => {
  it.each([
    ['1', 0],
    ['{"a":[1]}', 2],
    ['[[],[],[]]', 2],
    ['{"a":"[[[[[["}', 1],
    ['{"a":"\\"[[[[\\\\"}', 1],
    [nested(64), 64],
  ])('of %s is %d', (text, depth) => {
    expect(depthExceeds(text, depth)).toBe(false);
    if (depth > 0) expect(depthExceeds(text, depth - 1)).toBe(true);
  });

  it('is told without parsing: a megabyte of brackets is refused at once', () => {
    expect(depthExceeds(nested(500_000), 64)).toBe(true);
  });

  it.each(['"', '"\\', ']]]]', '{"a'])('of what is not JSON (%s) is not a question for the parser', (text) => {
    expect(depthExceeds(text, 64)).toBe(false);
  });
});
