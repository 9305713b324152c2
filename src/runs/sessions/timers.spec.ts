import type { Timer } from '../../workflow/index.js';
import { Timers } from './timers.js';

const retry = (step: string): Timer => ({ kind: 'retry', step, attempt: 1 });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the timers of a run in memory', () => {
  let fired: Timer[];
  let timers: Timers;
  beforeEach(() => {
    fired = [];
    timers = new Timers((timer) => fired.push(timer));
  });
  afterEach(() => timers.clear());

  it('fire when they are due, and at once when that is past', async () => {
    timers.start('a', retry('a'), Date.now() - 1000);
    timers.start('b', retry('b'), Date.now() + 30);
    await sleep(15);
    expect(fired).toEqual([retry('a')]);
    await sleep(40);
    expect(fired).toEqual([retry('a'), retry('b')]);
  });

  it('know the earliest that is still set', async () => {
    expect(timers.earliest).toBeUndefined();
    const soon = Date.now() + 20;
    timers.start('late', retry('a'), soon + 60_000);
    timers.start('soon', retry('b'), soon);
    expect(timers.earliest).toBe(soon);
    await sleep(40);
    expect(timers.earliest).toBe(soon + 60_000);
  });

  it('are set once for one command', async () => {
    timers.start('a', retry('a'), Date.now() + 10);
    timers.start('a', retry('a'), Date.now() + 10);
    await sleep(30);
    expect(fired).toHaveLength(1);
  });

  it('can be set again after they fired, and after they were cleared', async () => {
    timers.start('a', retry('a'), Date.now());
    await sleep(10);
    timers.start('a', retry('a'), Date.now() + 5000);
    timers.clear();
    timers.start('a', retry('a'), Date.now());
    await sleep(10);
    expect(fired).toHaveLength(2);
  });

  it('say nothing after they were cleared', async () => {
    timers.start('a', retry('a'), Date.now() + 5);
    timers.clear();
    await sleep(20);
    expect([fired, timers.earliest]).toEqual([[], undefined]);
  });

  it('do not fire now when they are due in a year', async () => {
    timers.start('a', { kind: 'runTimeout' }, Date.now() + 365 * 86_400_000);
    await sleep(10);
    expect(fired).toEqual([]);
  });
});
