import { RetryableError } from '@commandcenter/sdk';
import { outcomeOf, restAfterFailure } from './outcome.js';

describe('what a handler answers', () => {
  it('is all of the batch when it says nothing, else what is of it', () => {
    expect(outcomeOf(undefined, ['1', '2'])).toEqual({ done: ['1', '2'], restMs: 0 });
    expect(outcomeOf({ done: ['2', '3'], restMs: 7 }, ['1', '2'])).toEqual({ done: ['2'], restMs: 7 });
  });

  it('lets a lane rest when nothing was done, and no longer than a day', () => {
    expect(outcomeOf({ done: [] }, ['1']).restMs).toBe(1_000);
    expect(outcomeOf({ done: [], restMs: 5_000 }, ['1']).restMs).toBe(5_000);
    expect(outcomeOf({ restMs: Infinity }, ['1']).restMs).toBe(86_400_000);
  });

  it.each([{ restMs: -1 }, { restMs: '1' }, { restMs: NaN }, { done: 'all' }])('cannot be %j', (answer) => {
    expect(() => outcomeOf(answer as never, ['1'])).toThrow(TypeError);
  });
});

describe('the rest after a failure', () => {
  const rests = (random: number) => [0, 1, 2, 5, 6, 1_000].map((n) => restAfterFailure(new Error(), n, () => random));

  it('doubles from 1 s to 1 min, and a little more by chance', () => {
    expect(rests(0)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
    expect(rests(1)[0]).toBe(1_200);
  });

  it('is what the other side asked for', () => {
    expect(restAfterFailure(new RetryableError('', { retryAfter: 5 }), 9)).toBe(5_000);
    expect(restAfterFailure(new RetryableError('', { retryAfter: 1e9 }), 0)).toBe(86_400_000);
    expect(restAfterFailure(Object.assign(new Error(), { retryAfter: 5 }), 0, () => 0)).toBe(1_000);
    expect(restAfterFailure(new RetryableError(''), 0, () => 0)).toBe(1_000);
    expect(restAfterFailure(undefined, 0, () => 0)).toBe(1_000);
  });
});
