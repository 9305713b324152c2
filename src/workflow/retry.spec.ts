import { retryPolicy } from './retry.js';

it('is one attempt when nobody says anything', () => {
  expect(retryPolicy()).toEqual({ attempts: 1, delayMs: 1_000, factor: 2, maxDelayMs: 300_000, jitter: true });
});

it('takes each field from the step, else from the defaults', () => {
  const policy = retryPolicy({ attempts: 5, jitter: false }, { attempts: 3, delay: '2s', maxDelay: '1m' });
  expect(policy).toEqual({ attempts: 5, delayMs: 2_000, factor: 2, maxDelayMs: 60_000, jitter: false });
});

it('does not cut a long first delay by a limit nobody wrote', () => {
  expect(retryPolicy({ delay: '1h' }).maxDelayMs).toBe(3_600_000);
});
