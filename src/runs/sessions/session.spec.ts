import { done, failed, FakeSessionHost, settled } from '../../../test/support/fake-session-host.js';
import { created, failure, planOf } from '../../../test/support/plans.js';
import { foldRun, type RunEvent } from '../../workflow/index.js';

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

describe('a session of a run that was just started here', () => {
  it('starts its first steps at once, and no flush is waited for', () => {
    host.open(planOf({ a: {}, b: {} }), [start]);
    expect(host.invoked).toEqual(['a 1', 'b 1']);
    expect(host.writes).toEqual([]);
  });

  it('carries a command out only when its cause is durable (S2)', async () => {
    host.open(chain, [start]);
    await host.call('a').end(done());
    expect(host.invoked).toEqual(['a 1']);
    const answer = host.take();
    await settled();
    expect(host.invoked).toEqual(['a 1']);
    await answer();
    expect(host.invoked).toEqual(['a 1', 'b 1']);
  });

  it('writes the last result and the end of the run in one flush', async () => {
    const session = host.open(planOf({ a: {} }), [start]);
    await host.flushAll();
    await host.call('a').end(done({ n: 1 }));
    await host.flush();
    expect(host.writes.at(-1)).toMatchObject({
      status: 'succeeded',
      events: [{ type: 'StepSucceeded' }, { type: 'RunSucceeded' }],
    });
    expect([session.closed, host.closings]).toEqual([true, 1]);
  });

  it('writes a start that is not durable yet with the next flush, before its result', async () => {
    host.open(planOf({ a: {} }), [start]);
    await host.call('a').end(done());
    await host.flushAll();
    expect(host.types).toEqual(['StepStarted a', 'StepSucceeded a', 'RunSucceeded']);
    // One row holds the start (3) and its result (4).
    expect(host.writes.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([4, 5]);
  });

  it('writes what folds to the run in memory', async () => {
    const plan = planOf({ a: {}, b: { needs: ['a'] }, c: { if: false }, d: { needs: ['c'], if: 'always()' } });
    const session = host.open(plan, [start]);
    await host.flushAll();
    for (const step of ['d', 'a', 'b']) {
      await host.call(step).end(done({ step }));
      await host.flushAll();
    }
    expect(foldRun(plan, 'r', [created({}), start, ...host.written])).toEqual(session.run);
    expect(host.writes.at(-1)!.seq).toBe(2 + host.written.length);
    host.writes.forEach((write, n) => expect(write.fromSeq).toBe(n === 0 ? 2 : host.writes[n - 1]!.seq));
  });

  it('tells telemetry what happened when it is durable, and not before', async () => {
    host.open(chain, [start]);
    await host.call('a').end(done());
    expect(host.telemetry.told).toEqual(['run started']);
    await host.flushAll();
    await host.call('b').end(failed(failure('terminal')));
    await host.flushAll();
    expect(host.telemetry.told).toEqual(['run started', 'a 1 succeeded', 'run failed', 'b 1 failed']);
  });

  it('ends a run that needs nothing done', async () => {
    const session = host.open(planOf({ a: { if: false } }), [], [start]);
    await host.flushAll();
    expect([host.types, session.closed]).toEqual([['RunStarted', 'StepSkipped a', 'RunSucceeded'], true]);
  });

  it('writes what a step emitted, with ids that are the same at every attempt', async () => {
    host.open(planOf({ a: {} }), [start]);
    await host.call('a').end({ ok: true, output: 1, text: '1', emitted: [{ type: 'x' }, { type: 'y', data: 2 }] });
    await host.flushAll();
    expect(host.writes.flatMap(({ emitted }) => emitted)).toMatchObject([
      { id: 'r/a/0', source: '/workflows/flow', type: 'x' },
      { id: 'r/a/1', source: '/workflows/flow', type: 'y', data: 2 },
    ]);
  });

  it('fails a run whose output is too large', async () => {
    const session = host.open(
      planOf({ a: {}, b: {} }, { output: ['${{ steps.a.output }}', '${{ steps.b.output }}'] }),
      [start],
    );
    for (const step of ['a', 'b']) await host.call(step).end(done('x'.repeat(600)));
    await host.flushAll();
    expect(session.run).toMatchObject({ status: 'failed', error: { code: 'CC_STEP_OUTPUT_TOO_LARGE' } });
  });
});

describe('the limit of events of a run', () => {
  it('ends the run with its last event, stops what is in flight, and telemetry hears of it', async () => {
    (host.limits as { maxEvents: number }).maxEvents = 8;
    const session = host.open(planOf({ a: { retry: { attempts: 100, delay: '0s' } }, b: {} }), [start]);
    for (let n = 0; n < 9 && !session.closed; n++) {
      await host.flushAll();
      await host.call('a').end(failed(failure()));
      await host.flushAll();
      await sleep(5);
    }
    expect(session.run).toMatchObject({ status: 'failed', error: { code: 'CC_RUN_TOO_MANY_EVENTS' } });
    expect(host.writes.at(-1)!.seq).toBe(8);
    expect(host.call('b').aborted).toHaveLength(1);
    expect(host.telemetry.told).toContain('run failed');
  });

  it('ends a run that is taken over at its limit', async () => {
    (host.limits as { maxEvents: number }).maxEvents = 4;
    const session = host.open(chain, [start, began('a')], [taken]);
    await host.flushAll();
    expect([session.run.status, host.writes.at(-1)!.seq, host.invoked]).toEqual(['failed', 5, []]);
  });
});

describe('a session that lost its run', () => {
  it('stops its steps and says nothing more (S3)', async () => {
    const session = host.open(chain, [start]);
    await host.flushAll();
    session.lost();
    expect(host.call('a').aborted).toMatchObject([{ type: 'cancelled' }]);
    await host.call('a').end(done());
    session.receive([cancel()]);
    session.cost('a', 1, 'tokens');
    session.lost();
    await host.flushAll();
    expect([host.types, host.closings, host.rests]).toEqual([['StepStarted a'], 1, []]);
    expect(session.take()).toBeUndefined();
  });

  it('lets the gate go that its steps went through', async () => {
    const session = host.open(planOf({ a: {} }), [start]);
    let alone = false;
    host.gate.enterSolo(() => (alone = true));
    session.lost();
    expect(alone).toBe(false); // the step itself has not stopped yet
    await host.call('a').end(done());
    expect(alone).toBe(true);
  });

  it('does not carry out what a flush on its way commands', async () => {
    const session = host.open(chain, [start]);
    await host.call('a').end(done());
    const answer = host.take();
    session.lost();
    await answer();
    expect(host.invoked).toEqual(['a 1']);
  });
});

describe('a cancel', () => {
  it('aborts the step in flight, and ends the run when that has stopped', async () => {
    const session = host.open(chain, [start]);
    session.receive([cancel()]);
    expect(host.call('a').aborted).toEqual([]);
    await host.flushAll();
    expect(host.call('a').aborted).toMatchObject([{ code: 'CC_RUN_CANCELLED' }]);
    await host.call('a').end(failed(failure('cancelled')));
    await host.flushAll();
    expect(host.types.slice(-2)).toEqual(['StepFailed a', 'RunCancelled']);
    expect(session.closed).toBe(true);
  });

  it('removes its row of the inbox with the flush that writes it, also when it says nothing new', async () => {
    const session = host.open(chain, [start]);
    session.receive([cancel('7')]);
    session.receive([cancel('7'), cancel('8')]);
    await host.flushAll();
    expect(host.writes.map(({ inbox }) => inbox)).toEqual([['7', '8']]);
    session.receive([cancel('7'), cancel('9')]);
    await host.flushAll();
    expect(host.writes.at(-1)).toMatchObject({ inbox: ['9'], events: [] });
    expect(host.types.filter((type) => type === 'RunCancelRequested')).toHaveLength(1);
  });

  it('of a run whose steps have not begun here ends it at once', async () => {
    host.gate.enterSolo(() => undefined); // steps wait
    const again = host.open(chain, [start, began('a')], [taken], { epoch: 2 });
    await host.flushAll();
    again.receive([cancel()]);
    await host.flushAll();
    expect([again.run.status, host.invoked]).toEqual(['cancelled', []]);
    host.gate.leaveSolo();
    expect(host.invoked).toEqual([]);
  });

  it('between a result and its flush starts nothing', async () => {
    const session = host.open(chain, [start]);
    await host.call('a').end(done());
    session.receive([cancel()]);
    await host.flushAll();
    expect([session.run.status, host.invoked]).toEqual(['cancelled', ['a 1']]);
  });

  it('that arrives while the end is being written is only removed', async () => {
    const session = host.open(planOf({ a: {} }), [start]);
    await host.call('a').end(done());
    const answer = host.take();
    session.receive([cancel('5')]);
    await answer();
    expect(session.closed).toBe(false);
    await host.flushAll();
    expect(host.writes.at(-1)).toMatchObject({ status: 'succeeded', inbox: ['5'], events: [] });
    expect(session.closed).toBe(true);
  });
});

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
