import fc from 'fast-check';
import { failure, planOf, queued } from '../../test/support/plans.js';
import { advance } from './advance.js';
import type { RetryPolicy } from './plan.js';
import type { ErrorType, Run } from './run.js';
import { retryDelay, settle } from './settle.js';

const policy: RetryPolicy = { attempts: 5, delayMs: 1000, factor: 2, maxDelayMs: 5000, jitter: false };

describe('the delay before another attempt', () => {
  it('grows by the factor up to the longest', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => retryDelay(policy, attempt, 'k'))).toEqual([1000, 2000, 4000, 5000, 5000]);
  });

  it('stays the same with factor 1', () => {
    expect([1, 9].map((attempt) => retryDelay({ ...policy, factor: 1 }, attempt, 'k'))).toEqual([1000, 1000]);
  });

  it('is half to all of that with jitter, and differs between steps and attempts', () => {
    const jittered = { ...policy, factor: 1, jitter: true };
    const delays = Array.from({ length: 200 }, (_, n) => retryDelay(jittered, 1 + (n % 5), `run-${n}/step`));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1000);
    expect(Math.min(...delays)).toBeLessThan(600);
    expect(Math.max(...delays)).toBeGreaterThan(900);
    expect(new Set(delays).size).toBeGreaterThan(100);
  });

  it('is the same whoever computes it', () => {
    const jittered = { ...policy, jitter: true };
    expect(retryDelay(jittered, 3, 'r/a')).toBe(retryDelay(jittered, 3, 'r/a'));
  });

  it('is a number from nothing to the longest, for every policy a file may hold', () => {
    const policies = fc.record({
      attempts: fc.integer({ min: 1, max: 1000 }),
      delayMs: fc.integer({ min: 0, max: 31_536_000_000 }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      maxDelayMs: fc.integer({ min: 0, max: 31_536_000_000 }),
      jitter: fc.boolean(),
    });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 1000 }), fc.string(), (any, attempt, key) => {
        const delay = retryDelay(any, attempt, key);
        return Number.isInteger(delay) && delay >= 0 && delay <= any.maxDelayMs;
      }),
    );
  });

  it('is nothing where nothing was asked for, after hundreds of attempts too', () => {
    expect(retryDelay({ ...policy, delayMs: 0, factor: 100 }, 999, 'k')).toBe(0);
  });
});

describe('how an ended attempt is written down', () => {
  const retry = { attempts: 3, delay: '1s', factor: 2, jitter: false };
  const run: Run = queued(planOf({ a: { retry }, b: {} }));

  it('is a success with its output', () => {
    expect(settle(run, 'a', 1, { ok: true, output: { n: 1 }, emitted: [] }, 5)).toEqual({
      type: 'StepSucceeded',
      at: 5,
      step: 'a',
      attempt: 1,
      output: { n: 1 },
    });
  });

  it('carries what it emitted', () => {
    const emitted = [{ type: 'order.paid', data: 1 }];
    expect(settle(run, 'a', 1, { ok: true, output: null, emitted }, 5)).toMatchObject({ emitted });
  });

  it.each<[ErrorType, string]>([
    ['retryable', 'StepRetryScheduled'],
    ['timeout', 'StepRetryScheduled'],
    ['lost', 'StepRetryScheduled'],
    ['_OTHER', 'StepRetryScheduled'],
    ['terminal', 'StepFailed'],
    ['cancelled', 'StepFailed'],
    ['quarantined', 'StepFailed'],
    ['limit', 'StepFailed'],
  ])('a failure of type %s is a %s', (type, event) => {
    expect(settle(run, 'a', 1, { ok: false, failure: failure(type) }, 5)).toMatchObject({
      type: event,
      error: { type },
    });
  });

  it('waits longer after each attempt, and fails after the last', () => {
    const ends = [1, 2, 3].map((attempt) => settle(run, 'a', attempt, { ok: false, failure: failure() }, 100));
    expect(ends).toMatchObject([{ dueAt: 1100 }, { dueAt: 2100 }, { type: 'StepFailed' }]);
  });

  it('fails at once without a retry policy', () => {
    expect(settle(run, 'b', 1, { ok: false, failure: failure() }, 5).type).toBe('StepFailed');
  });

  it('does not retry in a run that is ending', () => {
    const ending = advance(run, { type: 'RunCancelRequested', at: 1 }).run;
    expect(settle(ending, 'a', 1, { ok: false, failure: failure() }, 5).type).toBe('StepFailed');
  });

  it('waits as long as the agent asks when that is longer, not when it is shorter', () => {
    const after = (retryAfterMs: number) => settle(run, 'a', 1, { ok: false, failure: failure(), retryAfterMs }, 100);
    expect(after(60_000)).toMatchObject({ dueAt: 60_100 });
    expect(after(10)).toMatchObject({ dueAt: 1100 });
  });

  it('never waits until an instant that no database and no Date can hold', () => {
    const event = settle(run, 'a', 1, { ok: false, failure: failure(), retryAfterMs: 1e300 }, Date.now());
    const { dueAt } = event as { dueAt: number };
    expect(new Date(dueAt).getUTCFullYear()).toBeLessThan(new Date().getUTCFullYear() + 2);
  });
});
