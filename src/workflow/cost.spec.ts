import { created, planOf } from '../../test/support/plans.js';
import { COST_PER_MINUTE_USD, computeUsd, totalUsd } from './cost.js';
import type { RunEvent } from './events.js';
import { activeMs, foldRun } from './fold.js';
import { validateDefinition } from './validate.js';

const steps = { a: {}, b: { retry: { attempts: 2 } } };
const start: RunEvent = { type: 'RunStarted', at: 0 };
const begin = (step: string, at: number, attempt = 1): RunEvent => ({ type: 'StepStarted', at, step, attempt });
const end = (step: string, at: number): RunEvent => ({ type: 'StepSucceeded', at, step, attempt: 1, output: 0 });
const cost = (at: number, usd: number): RunEvent => ({ type: 'CostReported', at, step: 'a', usd, kind: 'tokens' });
const runOf = (perMinute: number | undefined, ...events: RunEvent[]) =>
  foldRun(planOf(steps, perMinute === undefined ? {} : { cost: { perMinute } }), 'r', [created(), start, ...events]);

describe('what a run costs', () => {
  it('is a cent per active minute where the workflow says nothing', () => {
    expect(COST_PER_MINUTE_USD).toBe(0.01);
    expect(computeUsd(runOf(undefined), 150_000)).toBeCloseTo(0.025, 12);
    expect(computeUsd({ plan: planOf(steps, { cost: {} }) }, 60_000)).toBe(0.01);
  });

  it('follows the rate of the workflow, which may be nothing', () => {
    expect(computeUsd(runOf(6), 500)).toBeCloseTo(0.05, 12);
    expect(computeUsd(runOf(0), 3_600_000)).toBe(0);
  });

  it('is compute for active time and what agents reported; time between attempts is free', () => {
    const retry: RunEvent = {
      type: 'StepRetryScheduled', at: 60_000, step: 'b', attempt: 1, dueAt: 600_000,
      error: { type: 'retryable', code: 'CC_STEP_FAILED', message: 'no' },
    }; // prettier-ignore
    const waiting = runOf(1, begin('a', 0), begin('b', 30_000), cost(40_000, 0.5), end('a', 50_000), retry);
    expect(waiting.status).toBe('waiting');
    expect([totalUsd(waiting), waiting.costUsd]).toEqual([1.5, 0.5]);
    const due: RunEvent = { type: 'TimerFired', at: 600_000, timer: { kind: 'retry', step: 'b', attempt: 1 } };
    const again = runOf(1, begin('a', 0), begin('b', 30_000), end('a', 50_000), retry, due, begin('b', 600_000, 2));
    // The attempt in flight counts up to now where somebody asks for now, and in the total once it has ended.
    expect([totalUsd(again), computeUsd(again, activeMs(again, 630_000))]).toEqual([1, 1.5]);
  });

  it('counts an attempt that the end of the run cut off', () => {
    const failed: RunEvent = {
      type: 'RunFailed',
      at: 90_000,
      error: { type: 'timeout', code: 'CC_RUN_TIMEOUT', message: 'slow' },
    };
    expect(totalUsd(runOf(2, begin('a', 30_000), failed))).toBe(2);
  });

  it('leaves definitions without a rate as they are: their versions stay', () => {
    const definition = { id: 'x', steps: { a: { uses: 'http.request' } } };
    const { plan } = validateDefinition(definition);
    expect(plan?.definition).toEqual(definition);
    expect(validateDefinition({ ...definition, cost: { perMinute: 0.01 } }).plan?.version).not.toBe(plan?.version);
  });
});
