import { done, failed, FakeSessionHost } from '../../../test/support/fake-session-host.js';
import { failure, planOf } from '../../../test/support/plans.js';
import type { RunEvent } from '../../workflow/index.js';

const start: RunEvent = { type: 'RunStarted', at: 10 };
const began = (step: string, attempt = 1): RunEvent => ({ type: 'StepStarted', at: 20, step, attempt });
const worked = (step: string): RunEvent => ({ type: 'StepSucceeded', at: 30, step, attempt: 1, output: null });
const taken: RunEvent = { type: 'RunTakenOver', at: 99, from: 'x', epoch: 2 };
const cancel = (id = '1') => ({ id, event: { type: 'RunCancelRequested', at: 50, by: 'ann' } as const });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let host: FakeSessionHost;
beforeEach(() => (host = new FakeSessionHost()));

const chain = planOf({ a: {}, b: { needs: ['a'] } });
const retrying = (delay: string, more = {}) => planOf({ a: { retry: { attempts: 2, delay, jitter: false } }, ...more });

describe('a run that waits', () => {
  it('is given back until its retry is due, when that is not soon', async () => {
    host.open(retrying('1h'), [start]);
    await host.call('a').end(failed(failure()));
    expect(host.rests).toEqual([]);
    await host.flushAll();
    expect(host.rests).toHaveLength(1);
    expect(host.rests[0]! - Date.now()).toBeGreaterThan(3_590_000);
  });

  it('stays in memory when the retry is soon', async () => {
    host.open(retrying('30ms'), [start]);
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    expect(host.rests).toEqual([]);
    await sleep(45);
    await host.flushAll();
    expect(host.invoked).toEqual(['a 1', 'a 2']);
  });

  it('is not given back while another step is in flight', async () => {
    host.open(retrying('1h', { b: {} }), [start]);
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    expect(host.rests).toEqual([]);
    await host.call('b').end(done());
    await host.flushAll();
    expect(host.rests).toHaveLength(1);
  });

  it('is given back until the earlier of its retry and its timeout', async () => {
    const plan = planOf({ a: { retry: { attempts: 2, delay: '2h', jitter: false } } }, { timeout: '1h' });
    const at = Date.now();
    host.open(plan, [{ ...start, at }]);
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    expect(host.rests).toEqual([at + 3_600_000]);
  });

  it('takes no signal while it is being given back: it knocks, and whoever gives it back hints again', async () => {
    const session = host.open(retrying('1h'), [start]);
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    expect(session.knocked).toBe(false);
    session.receive([cancel()]);
    expect([host.waiting, session.knocked]).toEqual([false, true]);
    expect(session.run.ending).toBeUndefined();
  });

  it('goes on when it could not be given back: timers are set again, and signals are taken', async () => {
    const session = host.open(retrying('60ms'), [start]);
    (host.limits as { holdTimersMs: number }).holdTimersMs = 0;
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    expect(host.rests).toHaveLength(1);
    (host.limits as { holdTimersMs: number }).holdTimersMs = 1000;
    session.wake();
    await host.flushAll();
    await sleep(80);
    await host.flushAll();
    expect(host.invoked).toEqual(['a 1', 'a 2']);
    session.receive([cancel()]);
    await host.flushAll();
    expect(host.call('a').aborted).toHaveLength(1);
  });

  it('learns from an empty write whether it is still its owner when it could not be given back', async () => {
    const session = host.open(retrying('1h'), [start]);
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    const before = host.writes.length;
    session.wake();
    await host.flushAll();
    expect(host.writes.slice(before)).toMatchObject([{ events: [] }]);
    expect(host.rests).toHaveLength(2);
  });
});

describe('a replica that drains', () => {
  it('lets the step in flight end, starts no other, and gives the run back to be driven at once', async () => {
    const session = host.open(chain, [start]);
    host.draining = true;
    session.drain();
    expect(host.rests).toEqual([]);
    await host.call('a').end(done());
    await host.flushAll();
    expect([host.invoked, host.rests]).toEqual([['a 1'], [undefined]]);
  });

  it.each([
    ['its timeout', planOf({ a: {}, b: { needs: ['a'] } }, { timeout: '1h' })],
    ['a retry of another step', planOf({ a: {}, b: { needs: ['a'] }, c: { retry: { attempts: 2, delay: '1h' } } })],
  ])('does not leave a step that could start until %s', async (_, plan) => {
    host.open(plan, [start]);
    host.draining = true;
    if (plan.steps.has('c')) await host.call('c').end(failed(failure()));
    await host.call('a').end(done());
    await host.flushAll();
    expect([host.invoked.includes('b 1'), host.rests]).toEqual([false, [undefined]]);
  });

  it('gives back a run that waits for a near timer', async () => {
    const session = host.open(retrying('40ms'), [start]);
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    expect(host.rests).toEqual([]);
    host.draining = true;
    session.drain();
    expect(host.rests).toHaveLength(1);
    expect(host.rests[0]).toBeGreaterThan(Date.now() - 1000);
  });
});

describe('a run that is taken over', () => {
  it('says so first, and drives the step again that was in flight, with the same attempt', async () => {
    host.open(chain, [start, began('a')], [taken], { epoch: 2 });
    expect(host.invoked).toEqual([]);
    await host.flushAll();
    expect([host.types, host.invoked]).toEqual([['RunTakenOver'], ['a 1']]);
    await host.call('a').end(done());
    await host.flushAll();
    expect(host.types.slice(1)).toEqual(['StepSucceeded a', 'StepStarted b']);
  });

  it('repeats no step whose result is in the log (P2)', async () => {
    host.open(chain, [start, began('a'), worked('a')], [taken], { epoch: 2 });
    await host.flushAll();
    expect(host.invoked).toEqual(['b 1']);
  });

  it('writes the end that its last result called for, when the crash came between', async () => {
    const session = host.open(planOf({ a: {} }), [start, began('a'), worked('a')], [taken], { epoch: 2 });
    await host.flushAll();
    expect([host.types, session.closed]).toEqual([['RunTakenOver', 'RunSucceeded'], true]);
  });

  it('ends aborted steps that nobody executes any more', async () => {
    const ending: RunEvent = { type: 'RunCancelRequested', at: 40 };
    const session = host.open(chain, [start, began('a'), ending], [taken], { epoch: 2 });
    await host.flushAll();
    expect([session.run.status, host.invoked]).toEqual(['cancelled', []]);
    expect(host.types).toEqual(['RunTakenOver', 'StepFailed a', 'RunCancelled']);
  });

  it('waits on for the retry that was due later', async () => {
    const later: RunEvent = {
      type: 'StepRetryScheduled',
      at: 30,
      step: 'a',
      attempt: 1,
      error: failure(),
      dueAt: Date.now() + 1e7,
    };
    host.open(retrying('1h'), [start, began('a'), later], [taken], { epoch: 2 });
    await host.flushAll();
    expect([host.invoked, host.rests.length]).toEqual([[], 1]);
  });

  it('fires a timer that was due meanwhile', async () => {
    const past: RunEvent = { type: 'StepRetryScheduled', at: 30, step: 'a', attempt: 1, error: failure(), dueAt: 40 };
    host.open(retrying('1s'), [start, began('a'), past], [taken], { epoch: 2 });
    await host.flushAll();
    await sleep(10);
    await host.flushAll();
    expect(host.invoked).toEqual(['a 2']);
  });
});

describe('a process that was stopped for a while', () => {
  it('starts no step before it knows that its runs are still its own', async () => {
    host.certain = false;
    const session = host.open(chain, [start]);
    expect(host.invoked).toEqual([]);
    session.lost();
    host.becomeCertain();
    expect(host.invoked).toEqual([]);
    host.certain = false;
    host.open(chain, [start]);
    host.becomeCertain();
    expect(host.invoked).toEqual(['a 1']);
  });
});
