import { done, failed, FakeSessionHost, settled } from '../../../test/support/fake-session-host.js';
import { created, failure, planOf } from '../../../test/support/plans.js';
import { foldRun, type RunEvent } from '../../workflow/index.js';

const start: RunEvent = { type: 'RunStarted', at: 10 };
const began = (step: string, attempt = 1): RunEvent => ({ type: 'StepStarted', at: 20, step, attempt });
const taken: RunEvent = { type: 'RunTakenOver', at: 99, from: 'x', epoch: 2 };
const cancel = (id = '1') => ({ id, event: { type: 'RunCancelRequested', at: 50, by: 'ann' } as const });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let host: FakeSessionHost;
beforeEach(() => (host = new FakeSessionHost()));

const chain = planOf({ a: {}, b: { needs: ['a'] } });

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

describe('the limit of bytes of a run', () => {
  const list = planOf({ a: {}, b: { needs: ['a'] }, c: { needs: ['b'] }, d: {} }, { finally: { tidy: {} } });

  it('ends the run when what it wrote is more, and stops what is in flight', async () => {
    (host.limits as { maxRunBytes: number }).maxRunBytes = 1_200;
    const session = host.open(list, [start]);
    await host.flushAll();
    await host.call('a').end(done('x'.repeat(900)));
    await host.flushAll();
    expect(session.run.status).toBe('running');
    await host.call('b').end(done('x'.repeat(900)));
    for (let n = 0; n < 3; n++) await host.flushAll();
    expect(session.run).toMatchObject({ status: 'failed', error: { type: 'limit', code: 'CC_RUN_TOO_LARGE' } });
    expect(host.call('d').aborted).toHaveLength(1);
    expect(host.invoked.some((step) => step.startsWith('tidy'))).toBe(false);
  });

  it('counts what it wrote on other replicas', async () => {
    (host.limits as { maxRunBytes: number }).maxRunBytes = 1_200;
    const session = host.open(list, [start, began('a')], [taken], { bytes: 1_201 });
    await host.flushAll();
    expect([session.run.error?.code, host.invoked]).toEqual(['CC_RUN_TOO_LARGE', []]);
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
