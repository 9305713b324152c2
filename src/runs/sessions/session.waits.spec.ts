import { done, FakeSessionHost, settled } from '../../../test/support/fake-session-host.js';
import { failure, planOf } from '../../../test/support/plans.js';
import type { RunEvent } from '../../workflow/index.js';
import type { Signal } from './session-host.js';

const hour = 3_600_000;
const start: RunEvent = { type: 'RunStarted', at: 10 };
const taken: RunEvent = { type: 'RunTakenOver', at: 99, from: 'x', epoch: 2 };
let signals = 0;
const signal = (event: RunEvent): Signal => ({ id: String(++signals), event });
const cancel = () => signal({ type: 'RunCancelRequested', at: 50, by: 'ann' });
const asked = (dueAt?: number): RunEvent => ({ type: 'ApprovalRequested', at: 20, step: 'ok', message: 'Go?', approvers: ['role:approver'], ...(dueAt && { dueAt }) }); // prettier-ignore
const decided = (): Signal => signal({ type: 'ApprovalDecided', at: 60, step: 'ok', decision: 'approve', by: 'ada' });

const ask = planOf({ ok: { approval: { message: 'Go?' } }, go: { needs: ['ok'] } });
const order = planOf({ paid: { waitFor: { event: 'order.paid' } } });
const parent = planOf({ sub: { workflow: 'other' } });
const nap = planOf({ nap: { sleep: '1h' } });

let host: FakeSessionHost;
beforeEach(() => (host = new FakeSessionHost()));

/** All that follows, errands as well. */
async function quiet(): Promise<void> {
  do {
    await host.flushAll();
    await settled();
  } while (host.waiting);
}

describe('a run that waits is given back', () => {
  it('for ever, while nobody decides', async () => {
    host.open(ask, [], [start]);
    await quiet();
    expect([host.errands, host.rests]).toEqual([['request ok'], [Infinity]]);
    expect(host.types).toEqual(['RunStarted', 'ApprovalRequested ok']);
  });

  it('for ever, while the event does not come or the other run does not end', async () => {
    host.open(order, [], [start]);
    await quiet();
    host.open(parent, [], [start]);
    await quiet();
    expect([host.errands, host.rests]).toEqual([
      ['await paid', 'start other for sub'],
      [Infinity, Infinity],
    ]);
  });

  it('until its sleep is over', async () => {
    const from = Date.now();
    host.open(nap, [], [start]);
    await quiet();
    expect(host.rests).toHaveLength(1);
    expect(host.rests[0]! - from - hour).toBeGreaterThanOrEqual(0);
    expect(host.rests[0]! - from - hour).toBeLessThan(5_000);
  });

  it('until the earliest of what it waits for', async () => {
    const dueAt = Date.now() + hour;
    host.open(planOf({ ok: { approval: { message: 'Go?', timeout: '1h' } }, nap: { sleep: '2h' } }), [
      start,
      asked(dueAt),
    ]);
    await quiet();
    expect(host.rests).toEqual([dueAt]);
  });

  it('not while it asks for something', async () => {
    let answer = () => {};
    host.outside.requestApproval = () => new Promise((resolve) => (answer = resolve));
    host.open(ask, [], [start]);
    await quiet();
    expect(host.rests).toEqual([]);
    answer();
    await settled();
    expect(host.rests).toEqual([Infinity]);
  });

  it('not while another step is at work, and nothing is asked for twice', async () => {
    host.open(planOf({ ok: { approval: { message: 'Go?' } }, a: {}, b: { needs: ['a'] } }), [], [start]);
    await quiet();
    for (const step of ['a', 'b']) {
      expect(host.rests).toEqual([]);
      await host.call(step).end(done());
      await quiet();
    }
    expect([host.errands, host.rests]).toEqual([['request ok'], [Infinity]]);
  });

  it('at once where the replica drains and something could not be asked for', async () => {
    host.draining = true;
    host.refuse = 1;
    host.open(ask, [start, asked()], [taken], { epoch: 2 });
    await quiet();
    expect([host.errands, host.rests]).toEqual([['request ok'], [undefined]]);
  });

  it('and asks again where it could not be given back', async () => {
    const session = host.open(ask, [], [start]);
    await quiet();
    session.wake();
    await quiet();
    expect([host.errands, host.rests]).toEqual([['request ok'], [Infinity, Infinity]]);
  });
});

describe('a run that is taken over while it waits', () => {
  it.each<[string, typeof ask, RunEvent, string]>([
    ['a decision', ask, asked(), 'request ok'],
    ['an event', order, { type: 'StepWaiting', at: 20, step: 'paid', wait: { kind: 'event' } }, 'await paid'],
  ])('asks for %s once more: the replica before may not have', async (_, plan, waits, words) => {
    host.open(plan, [start, waits], [taken], { epoch: 2 });
    await quiet();
    expect([host.errands, host.rests]).toEqual([[words], [Infinity]]);
  });

  it('waits for the run that was started, and starts it once more where that was not written', async () => {
    host.open(parent, [start, { type: 'ChildStarted', at: 20, step: 'sub', child: 'c1' }], [taken], { epoch: 2 });
    await quiet();
    expect([host.errands, host.rests]).toEqual([[], [Infinity]]);
    host.open(parent, [start], [taken], { epoch: 2 });
    await quiet();
    expect(host.errands).toEqual(['start other for sub']);
  });

  it('goes on with the decision that came meanwhile', async () => {
    host.open(ask, [start, asked()], [], { epoch: 2 }, 3, [decided()]);
    await quiet();
    expect([host.invoked, host.telemetry.told]).toEqual([['go 1'], ['ok approve']]);
  });
});

describe('an approval whose time is over', () => {
  const late = () => Date.now() - 1;

  it('expires, and the run goes on', async () => {
    const session = host.open(planOf({ ok: { approval: { message: 'Go?', timeout: '1h' } } }), [start, asked(late())]);
    await quiet();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await quiet();
    expect(host.errands).toEqual(['request ok', 'close ok as expired']);
    expect(session.run).toMatchObject({ status: 'failed', error: { code: 'CC_APPROVAL_EXPIRED', step: 'ok' } });
    expect(host.telemetry.told).toEqual(['ok expired', 'run failed']);
  });

  it('that was decided before reads the inbox instead', async () => {
    host.undecided = false;
    const session = host.open(planOf({ ok: { approval: { message: 'Go?', timeout: '1h' } } }), [start, asked(late())]);
    await quiet();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await quiet();
    expect([host.inboxReads, session.run.status]).toEqual([['r'], 'waiting']);
    // The release is on its way, so whoever gives the run back is told of the signal.
    session.wake();
    session.receive([decided()]);
    await quiet();
    expect(session.run.status).toBe('succeeded');
  });
});

describe('a cancel of a run that waits', () => {
  const waiting: [string, typeof ask, RunEvent, string[]][] = [
    ['a decision', ask, asked(), ['close ok as cancelled']],
    ['an event', order, { type: 'StepWaiting', at: 20, step: 'paid', wait: { kind: 'event' } }, ['forget paid']],
    [
      'a time',
      nap,
      { type: 'StepWaiting', at: 20, step: 'nap', wait: { kind: 'sleep', dueAt: Date.now() + hour } },
      [],
    ],
  ];
  it.each(waiting)('for %s ends it', async (_, plan, waits, words) => {
    const session = host.open(plan, [start, waits], [], { epoch: 2 }, 3, [cancel()]);
    await quiet();
    expect([session.run.status, session.closed, host.errands]).toEqual(['cancelled', true, words]);
    expect(host.types.at(-1)).toBe('RunCancelled');
  });

  it('for another run waits for the end of that, at rest, however often it comes', async () => {
    const started: RunEvent = { type: 'ChildStarted', at: 20, step: 'sub', child: 'c1' };
    const session = host.open(parent, [start, started], [], { epoch: 2 }, 3, [cancel()]);
    await quiet();
    expect([host.errands, host.rests]).toEqual([['cancel c1'], [Infinity]]);
    session.wake();
    session.receive([cancel()]);
    await quiet();
    expect([host.errands, host.rests]).toEqual([['cancel c1'], [Infinity, Infinity]]);
    session.wake();
    session.receive([signal({ type: 'ChildEnded', at: 70, step: 'sub', child: 'c1', status: 'cancelled' })]);
    await quiet();
    expect([session.run.status, host.types.slice(-2)]).toEqual(['cancelled', ['ChildEnded sub', 'RunCancelled']]);
  });

  it('while the other run is being started ends both', async () => {
    let answer = () => {};
    const begun = new Promise<void>((resolve) => (answer = resolve));
    host.outside.startChild = () => begun.then(() => ({ ok: true, id: 'c7' }));
    const session = host.open(parent, [], [start]);
    await quiet();
    session.receive([cancel()]);
    await quiet();
    answer();
    await quiet();
    expect([session.run.status, host.errands]).toEqual(['cancelled', ['cancel c7']]);
  });

  it('while the other run is being started, beside a step at work, waits for both', async () => {
    let answer = () => {};
    const begun = new Promise<void>((resolve) => (answer = resolve));
    host.outside.startChild = () => begun.then(() => ({ ok: true, id: 'c7' }));
    const session = host.open(planOf({ sub: { workflow: 'other' }, a: {} }), [], [start]);
    await quiet();
    session.receive([cancel()]);
    await quiet();
    answer();
    await quiet();
    await host.call('a').end({ ok: false, failure: failure('cancelled') });
    await quiet();
    expect([session.run.status, host.errands, host.rests]).toEqual(['waiting', ['cancel c7'], [Infinity]]);
    expect(host.types).toContain('ChildStarted sub');
    session.wake();
    session.receive([signal({ type: 'ChildEnded', at: 70, step: 'sub', child: 'c7', status: 'cancelled' })]);
    await quiet();
    expect(session.run.status).toBe('cancelled');
  });
});

describe('the start of a run is told once, with its first step', () => {
  it.each<[string, Parameters<typeof planOf>[0]]>([
    ['a wait', { nap: { sleep: '20ms' }, a: { needs: ['nap'] } }],
    ['another run', { sub: { workflow: 'other', wait: false }, a: { needs: ['sub'] } }],
    ['the items of a list', { each: { forEach: [1], uses: 'test.do' }, a: { needs: ['each'], if: 'always()' } }],
  ])('that is %s', async (_, steps) => {
    host.open(planOf(steps), [], [start]);
    await quiet();
    expect(host.telemetry.told).toEqual(['run started']);
    await new Promise((resolve) => setTimeout(resolve, 40));
    await quiet();
    expect(host.invoked).toHaveLength(1);
    expect(host.telemetry.told.filter((told) => told === 'run started')).toHaveLength(1);
  });

  it('also of a rerun that keeps what steps came to long ago', async () => {
    const kept = { a: { status: 'succeeded', attempt: 1, output: 1, startedAt: -90, finishedAt: -80 } } as const;
    host.open(planOf({ a: {}, b: { needs: ['a'] } }), [], [start], {}, 3, [], { kept });
    await quiet();
    expect([host.invoked, host.telemetry.told]).toEqual([['b 1'], ['run started']]);
  });
});

describe('a wait that ends with its run is told', () => {
  const failed = (step: string): RunEvent => ({ type: 'StepRetryScheduled', at: 20, step, attempt: 1, error: failure(), dueAt: Date.now() + hour }); // prettier-ignore
  const begun = (step: string): RunEvent => ({ type: 'StepStarted', at: 15, step, attempt: 1 });

  it('for another attempt, when the run is cancelled', async () => {
    const plan = planOf({ a: { retry: { attempts: 2 } } });
    host.open(plan, [start, begun('a'), failed('a')], [], { epoch: 2 }, 3, [cancel()]);
    await quiet();
    expect(host.telemetry.told).toEqual(['a waited for retry', 'run cancelled']);
  });

  it('for a decision, when the run wrote too much', async () => {
    (host.limits as { maxEvents: number }).maxEvents = 5;
    const plan = planOf({ ok: { approval: { message: 'Go?' } }, a: {}, b: {} });
    host.open(plan, [start, asked(), begun('a')], [taken], { epoch: 2 });
    await quiet();
    expect(host.telemetry.told).toContain('ok cancelled');
    expect(host.telemetry.told).toContain('run failed');
  });
});

describe('a run that is over here', () => {
  it('takes nothing that an errand brings', async () => {
    let answer = () => {};
    const begun = new Promise<void>((resolve) => (answer = resolve));
    host.outside.startChild = () => begun.then(() => ({ ok: true, id: 'c7' }));
    const session = host.open(parent, [], [start]);
    await quiet();
    const before = session.run;
    session.lost();
    answer();
    await quiet();
    expect(session.run).toBe(before);
    expect([host.types, host.errands, host.rests, session.take()]).toEqual([['RunStarted'], [], [], undefined]);
  });
});

describe('a paused run', () => {
  const pause = () => signal({ type: 'RunPaused', at: 40, by: 'ann' });

  it('rests when what was in flight is over, and begins nothing', async () => {
    const session = host.open(planOf({ a: {}, b: { needs: ['a'] } }), [start]);
    session.receive([pause()]);
    await quiet();
    expect(host.rests).toEqual([]);
    await host.call('a').end(done());
    await quiet();
    expect([host.invoked, host.rests, session.run.status]).toEqual([['a 1'], [Infinity], 'paused']);
    session.wake();
    session.receive([signal({ type: 'RunResumed', at: 90, by: 'ann' })]);
    await quiet();
    expect(host.invoked).toEqual(['a 1', 'b 1']);
  });

  it('goes on waiting, and takes what comes', async () => {
    const session = host.open(ask, [start, asked()], [], { epoch: 2 }, 3, [pause()]);
    await quiet();
    expect([host.errands, host.rests]).toEqual([['request ok'], [Infinity]]);
    session.wake();
    session.receive([decided()]);
    await quiet();
    expect([session.run.steps['ok']!.status, session.run.status, host.invoked]).toEqual(['succeeded', 'paused', []]);
    expect(host.rests).toEqual([Infinity, Infinity]);
  });
});
