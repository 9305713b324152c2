import { created, deepFreeze, failure, planOf } from '../../test/support/plans.js';
import type { RunEvent } from './events.js';
import { activeMs, evolve, foldRun, hasEnded } from './fold.js';

const plan = planOf({ a: { retry: { attempts: 2 } }, b: {} });
const fold = (...events: RunEvent[]) => foldRun(plan, 'r', deepFreeze([created({ n: 1 }), ...events]));
const begin = (step: string, at: number, attempt = 1): RunEvent => ({ type: 'StepStarted', at, step, attempt });
const end = (step: string, at: number, attempt = 1): RunEvent => ({
  type: 'StepSucceeded',
  at,
  step,
  attempt,
  output: at,
});
const start: RunEvent = { type: 'RunStarted', at: 5 };

describe('the fold of a log', () => {
  it('starts with RunCreated', () => {
    expect(fold()).toMatchObject({ id: 'r', status: 'queued', input: { n: 1 }, createdAt: 0, unsettled: 2 });
    expect(() => foldRun(plan, 'r', [])).toThrow('does not start with RunCreated');
    expect(() => foldRun(plan, 'r', [start])).toThrow('does not start with RunCreated');
  });

  it('refuses an event of a newer hub instead of guessing', () => {
    expect(() => fold(start, { type: 'StepTeleported', at: 9 } as never)).toThrow(
      'does not know the event StepTeleported',
    );
  });

  it('does not mind steps that the plan does not have', () => {
    const run = fold(start);
    const strange: RunEvent[] = [begin('z', 1), end('z', 1), { type: 'StepSkipped', at: 1, step: 'z', reason: '' }];
    for (const event of [...strange, begin('toString', 1), end('hasOwnProperty', 1)])
      expect(evolve(run, event)).toBe(run);
  });

  it('adds up costs, of whatever step', () => {
    const cost = (usd: number): RunEvent => ({ type: 'CostReported', at: 9, step: 'a', usd, kind: 'tokens' });
    expect(fold(start, begin('a', 6), cost(0.25), cost(0.5)).costUsd).toBe(0.75);
  });

  it('keeps when a step first started and last ended through its retries', () => {
    const retry: RunEvent = { type: 'StepRetryScheduled', at: 20, step: 'a', attempt: 1, error: failure(), dueAt: 30 };
    const due: RunEvent = { type: 'TimerFired', at: 30, timer: { kind: 'retry', step: 'a', attempt: 1 } };
    const run = fold(start, begin('a', 10), retry, due, begin('a', 31, 2), end('a', 40, 2));
    expect(run.steps['a']).toEqual({ status: 'succeeded', attempt: 2, output: 40, startedAt: 10, finishedAt: 40 });
  });

  it('shares what did not change', () => {
    const before = fold(start, begin('a', 6));
    const after = evolve(before, end('a', 7));
    expect(after.steps['b']).toBe(before.steps['b']);
    expect(after.input).toBe(before.input);
  });
});

describe('the active time of a run', () => {
  it('is wall time with at least one step in flight: overlaps count once, gaps not at all', () => {
    const run = fold(start, begin('a', 10), begin('b', 20), end('a', 30), end('b', 50));
    expect(run).toMatchObject({ activeMs: 40, activeSince: undefined });
    const gap = fold(start, begin('a', 10), end('a', 30), begin('b', 100), end('b', 105));
    expect(gap.activeMs).toBe(25);
  });

  it('goes on while a step is in flight, until the run ends', () => {
    const run = fold(start, begin('a', 10));
    expect(activeMs(run, 35)).toBe(25);
    const ended = evolve(run, { type: 'RunFailed', at: 60, error: failure() });
    expect(ended).toMatchObject({ activeMs: 50, activeSince: undefined, finishedAt: 60 });
    expect(hasEnded(ended.status)).toBe(true);
  });

  it('never shrinks when another clock is behind', () => {
    expect(fold(start, begin('a', 1000), end('a', 400)).activeMs).toBe(0);
  });
});
