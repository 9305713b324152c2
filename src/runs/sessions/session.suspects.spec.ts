import { done, failed, FakeSessionHost, settled } from '../../../test/support/fake-session-host.js';
import { failure, planOf } from '../../../test/support/plans.js';
import type { RunEvent } from '../../workflow/index.js';

const start: RunEvent = { type: 'RunStarted', at: 10 };
const began = (step: string, attempt = 1): RunEvent => ({ type: 'StepStarted', at: 20, step, attempt });
const again = (step: string, dueAt: number): RunEvent => ({
  type: 'StepRetryScheduled',
  at: 30,
  step,
  attempt: 1,
  error: failure(),
  dueAt,
});
const taken: RunEvent = { type: 'RunTakenOver', at: 99, from: 'x', epoch: 2 };
const suspect = { epoch: 2, suspect: true };
const two = planOf({ a: {}, b: {}, c: { needs: ['a', 'b'] } });
const columns = () => host.writes.map(({ suspect, solo, acquitted }) => ({ suspect, solo, acquitted }));

let host: FakeSessionHost;
beforeEach(() => (host = new FakeSessionHost()));

/** A run that was taken over from a dead replica with these events in its log. */
async function takeOver(log: RunEvent[], plan = two, crashes = 0) {
  const session = host.open(plan, [start, ...log], [taken], { ...suspect, crashes });
  await host.flushAll();
  await settled();
  return session;
}

describe('attempts that were lost with their process', () => {
  const lost = () => host.telemetry.told.filter((what) => what.includes('lost') || what === 'taken over');

  it('are all that were in flight, at the first crash', async () => {
    await takeOver([began('a'), began('b')]);
    expect(lost()).toEqual(['taken over', 'a 1 lost: lost', 'b 1 lost: lost']);
  });

  it('are the one that was driven alone, at a crash after that: the other only stands as running', async () => {
    await takeOver([began('a'), began('b')], two, 1);
    expect(lost()).toEqual(['taken over', 'a 1 lost: lost']);
  });

  it('are quarantined and no more, where the crash convicts', async () => {
    await takeOver([began('a'), began('b')], two, 3);
    expect(lost()).toEqual(['taken over', 'a 1 lost: quarantined']);
  });
});

describe('the steps that may have killed their process', () => {
  it('are driven one at a time, each noted durably before it starts', async () => {
    let note: (ours: boolean) => void = () => undefined;
    host.markAnswer = () => new Promise((resolve) => (note = resolve));
    await takeOver([began('a'), began('b')]);
    expect([host.marks, host.invoked]).toEqual([['r'], []]);
    note(true);
    await settled();
    expect(host.invoked).toEqual(['a 1']);
    await host.call('a').end(done());
    expect(host.invoked).toEqual(['a 1']);
    await host.flushAll();
    note(true);
    await settled();
    expect([host.marks.length, host.invoked]).toEqual([2, ['a 1', 'b 1']]);
  });

  it('are alone on their replica: steps of other runs wait until the acquittal is durable', async () => {
    await takeOver([began('a')], planOf({ a: {} }));
    expect(host.invoked).toEqual(['a 1']);
    host.open(planOf({ z: {} }), [start]);
    expect(host.invoked).toEqual(['a 1']);
    await host.call('a').end(done());
    expect(host.invoked).toEqual(['a 1']);
    await host.flushAll();
    expect(host.invoked).toEqual(['a 1', 'z 1']);
  });

  it('wait for the steps in flight on their replica', async () => {
    host.open(planOf({ z: {} }), [start]);
    await takeOver([began('a')], planOf({ a: {} }));
    expect([host.invoked, host.marks]).toEqual([['z 1'], []]);
    await host.call('z').end(done());
    await host.flushAll();
    await settled();
    expect(host.invoked).toEqual(['z 1', 'a 1']);
  });

  it('are acquitted by any result: the run goes on as any other', async () => {
    await takeOver([began('a')], planOf({ a: { retry: { attempts: 2, delay: '0s' } }, b: { needs: ['a'] } }));
    await host.call('a').end(failed(failure()));
    await host.flushAll();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await host.flushAll();
    expect([host.invoked, host.marks]).toEqual([['a 1', 'a 2'], ['r']]);
    expect(host.writes.map(({ suspect }) => suspect)).toEqual([true, false, false, false]);
  });

  it('are noted in the row as long as they are, and alone only while one is in flight', async () => {
    await takeOver([began('a'), began('b')]);
    await host.call('a').end(done());
    await host.flush();
    expect(columns()).toEqual([
      { suspect: true, solo: false, acquitted: false },
      // b is still a suspect, and nothing is in flight: a crash now would speak against nobody.
      { suspect: true, solo: false, acquitted: true },
    ]);
    await settled();
    await host.call('b').end(done());
    await host.flushAll();
    expect(columns()[2]).toEqual({ suspect: false, solo: false, acquitted: true });
  });

  it('stay noted as alone through what they report', async () => {
    const session = await takeOver([began('a'), began('b')]);
    session.cost('a', 1, 'tokens');
    await host.flushAll();
    expect(columns().at(-1)).toEqual({ suspect: true, solo: true, acquitted: false });
  });

  it('include one that is ready and whose start was never written', async () => {
    await takeOver([]);
    expect([host.invoked, host.marks]).toEqual([['a 1'], ['r']]);
  });

  it('come before a retry that fell due beside them', async () => {
    const plan = planOf({ a: { retry: { attempts: 2 } }, z: {} });
    const due: RunEvent = { type: 'TimerFired', at: 50, timer: { kind: 'retry', step: 'a', attempt: 1 } };
    await takeOver([began('a'), began('z'), again('a', 50), due], plan);
    expect(host.invoked).toEqual(['z 1']);
  });

  it('let a timer of their run fire, and drive what it starts after them', async () => {
    const plan = planOf({ a: { retry: { attempts: 2 } }, z: {} });
    await takeOver([began('a'), began('z'), again('a', 50)], plan);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await host.flushAll();
    expect(host.invoked).toEqual(['z 1']);
    await host.call('z').end(done());
    await host.flushAll();
    await settled();
    expect(host.invoked).toEqual(['z 1', 'a 2']);
  });

  it('open the gate when their run is cancelled', async () => {
    const session = await takeOver([began('a'), began('b')]);
    session.receive([{ id: '1', event: { type: 'RunCancelRequested', at: 50 } }]);
    await host.flushAll();
    await host.call('a').end(failed(failure('cancelled')));
    await host.flushAll();
    host.open(planOf({ z: {} }), [start]);
    expect([session.run.status, host.invoked]).toEqual(['cancelled', ['a 1', 'z 1']]);
  });

  it('open the gate when their run is lost', async () => {
    const session = await takeOver([began('a')]);
    session.lost();
    host.open(planOf({ z: {} }), [start]);
    expect(host.invoked).toEqual(['a 1', 'z 1']);
  });
});

describe('a suspect that cannot be noted', () => {
  it('because the run is lost: does not start, and opens the gate', async () => {
    const its: { session?: { lost(): void } } = {};
    host.markAnswer = async () => {
      its.session!.lost();
      return false;
    };
    host.gate.enterSolo(() => undefined); // so that the session is known when its turn comes
    its.session = await takeOver([began('a')]);
    host.gate.leaveSolo();
    await settled();
    host.open(planOf({ z: {} }), [start]);
    expect(host.invoked).toEqual(['z 1']);
  });

  it.each([
    ['does not answer', () => Promise.reject(new Error('no database'))],
    ['says no', async () => false],
  ])('because the database %s: the run is given back at once, and driven when that fails too', async (_, answer) => {
    host.markAnswer = answer;
    const plan = planOf({ a: {} }, { timeout: '1h' });
    const session = await takeOver([began('a')], plan);
    expect([host.invoked, host.rests]).toEqual([[], [undefined]]);
    host.markAnswer = async () => true;
    session.wake();
    await host.flushAll();
    await settled();
    expect(host.invoked).toEqual(['a 1']);
  });

  it('starts once when the run could not be given back, whatever was held back meanwhile', async () => {
    host.markAnswer = async () => false;
    const session = await takeOver([began('a'), began('b')]);
    expect(host.rests).toEqual([undefined]);
    host.markAnswer = async () => true;
    session.wake();
    await host.flushAll();
    await settled();
    await host.call('a').end(done());
    await host.flushAll();
    await settled();
    await host.call('b').end(done());
    await host.flushAll();
    expect(host.invoked).toEqual(['a 1', 'b 1', 'c 1']);
  });
});

describe('a step that was alone in flight at three crashes', () => {
  it('is convicted: the run fails, and nothing is driven again', async () => {
    const session = await takeOver([began('a')], planOf({ a: { continueOnError: true } }), 3);
    expect(session.run).toMatchObject({ status: 'failed', error: { code: 'CC_STEP_QUARANTINED', step: 'a' } });
    expect([host.invoked, host.types]).toEqual([[], ['RunTakenOver', 'StepFailed a', 'RunFailed']]);
  });

  it('is not convicted at two', async () => {
    await takeOver([began('a')], two, 2);
    expect(host.invoked).toEqual(['a 1']);
  });

  it('is the one that was in flight, not one that is only ready', async () => {
    const plan = planOf({ a: { retry: { attempts: 2 } }, z: {} });
    const due: RunEvent = { type: 'TimerFired', at: 50, timer: { kind: 'retry', step: 'a', attempt: 1 } };
    const session = await takeOver([began('a'), began('z'), again('a', 50), due], plan, 3);
    expect(session.run.error).toMatchObject({ code: 'CC_STEP_QUARANTINED', step: 'z' });
    expect(session.run.steps['a']!.status).toBe('cancelled');
  });

  it('ends the steps beside it that nobody executes any more', async () => {
    const session = await takeOver([began('a'), began('b')], two, 3);
    await host.flushAll();
    expect(session.run).toMatchObject({
      status: 'failed',
      steps: { a: { status: 'failed' }, b: { status: 'cancelled' } },
    });
    expect(host.invoked).toEqual([]);
  });

  it('is not looked for in a run that is no suspect', () => {
    host.open(two, [start, began('a')], [], { epoch: 2, suspect: false, crashes: 9 });
    expect(host.invoked).toEqual(['a 1', 'b 1']);
  });
});
