import { setTimeout as sleep } from 'node:timers/promises';
import { FakeSessionHost, settled } from '../../../test/support/fake-session-host.js';
import { created, failure, planOf } from '../../../test/support/plans.js';
import { type Command, foldRun, type Run, type RunEvent } from '../../workflow/index.js';
import { Errands, type Home, isErrand } from './errands.js';

const plan = planOf({
  paid: { waitFor: { event: 'order.paid' } },
  ok: { approval: { message: 'Go?' } },
  sub: { workflow: 'other' },
  next: { workflow: 'other' },
  fork: { workflow: 'other', wait: false },
  nap: { sleep: '1h' },
});
const start: RunEvent = { type: 'RunStarted', at: 10 };
const waits: RunEvent = { type: 'StepWaiting', at: 20, step: 'paid', wait: { kind: 'event' } };
const asked: RunEvent = { type: 'ApprovalRequested', at: 20, step: 'ok', message: 'Go?', approvers: ['role:approver'] };
const begun: RunEvent = { type: 'ChildStarted', at: 20, step: 'sub', child: 'c1' };
const asleep: RunEvent = { type: 'StepWaiting', at: 20, step: 'nap', wait: { kind: 'sleep', dueAt: 9e12 } };
const cancelled: RunEvent = { type: 'RunCancelRequested', at: 30, by: 'ann' };

type ErrandCommand = Parameters<Errands['run']>[0];
const awaits: ErrandCommand = { type: 'AwaitEvent', id: 'r/paid', step: 'paid' };
const forgets: ErrandCommand = { type: 'ForgetEvent', id: 'r/paid', step: 'paid' };
const requests: ErrandCommand = { type: 'RequestApproval', id: 'r/ok', step: 'ok' };
const expires: ErrandCommand = { type: 'ExpireApproval', id: 'r/ok', step: 'ok' };
const starts = (step: string, wait = true): ErrandCommand => ({ type: 'StartChild', id: `r/${step}/1`, step, workflow: 'other', input: {}, waits: wait }); // prettier-ignore
const aborts = (step: string): Command => ({ type: 'AbortStep', id: `r/${step}/1`, step, attempt: 1, error: gone });
const gone = failure('cancelled', 'the run was cancelled by ann');

/** A run's side of its errands: what they brought, word by word. */
class TestHome implements Home {
  readonly host = new FakeSessionHost();
  readonly errands = new Errands(this.host.outside, this, 20);
  readonly root = { traceId: '1', spanId: '2', sampled: true };
  readonly brought: RunEvent[] = [];
  run: Run = foldRun(plan, 'r', [created(), start, waits, asked, begun, asleep]);
  closed = false;
  draining = false;
  inboxReads = 0;
  idles = 0;

  came(event: RunEvent): void {
    if (!this.closed) this.brought.push(event);
  }

  readInbox(): void {
    this.inboxReads++;
  }

  idle(): void {
    this.idles++;
  }

  abort(step: string): void {
    this.errands.abort(step, 1, gone);
  }

  get done(): string[] {
    return this.host.errands;
  }
}

/** Waits no longer than it must: what comes after a retry comes when the machine has time. */
async function until(holds: () => boolean): Promise<void> {
  for (const last = Date.now() + 4_000; !holds() && Date.now() < last;) await sleep(5);
}

let home: TestHome;
beforeEach(() => (home = new TestHome()));

describe('an errand', () => {
  it('that fails is tried again until it succeeds, and the run is busy for as long', async () => {
    home.host.refuse = 2;
    home.errands.run(awaits);
    await settled();
    expect([home.done, home.errands.busy, home.idles]).toEqual([['await paid'], true, 0]);
    await until(() => !home.errands.busy);
    expect(home.done).toEqual(['await paid', 'await paid', 'await paid']);
    expect([home.errands.busy, home.errands.stands(awaits), home.idles]).toEqual([false, true, 1]);
  });

  it('that fails while the replica drains is left to whoever comes next', async () => {
    home.host.refuse = 1;
    home.draining = true;
    home.errands.run(awaits);
    await sleep(50);
    expect([home.done, home.errands.stands(awaits), home.errands.busy, home.idles]).toEqual([
      ['await paid'],
      false,
      false,
      1,
    ]);
  });

  it.each(['draining', 'closed'] as const)('is not tried again when the run is %s by then', async (how) => {
    home.host.refuse = 1;
    home.errands.run(starts('next'));
    await settled();
    home[how] = true;
    await until(() => !home.errands.busy);
    expect([home.done, home.brought, home.errands.busy]).toEqual([['start other for next'], [], false]);
  });

  it('under way is not begun a second time', async () => {
    home.errands.run(starts('next'));
    home.errands.run(starts('next'));
    await settled();
    expect([home.done, home.brought.length]).toEqual([['start other for next'], 1]);
  });

  it.each([
    ['AwaitEvent', awaits, 'await paid'],
    ['RequestApproval', requests, 'request ok'],
  ])('that stands is done once: %s', async (_, command, words) => {
    home.errands.run(command);
    await settled();
    home.errands.run(command);
    await settled();
    expect([home.done, home.errands.stands(command)]).toEqual([[words], true]);
  });

  it('that only tidies up may be done again', async () => {
    home.errands.run(forgets);
    await settled();
    expect(home.errands.stands(forgets)).toBe(false);
  });
});

describe('what was asked for, even if it never could be, is taken back after the last try', () => {
  it('an event', async () => {
    home.host.refuse = 1;
    home.errands.run(awaits);
    home.errands.run(forgets);
    await until(() => home.done.length === 2);
    expect(home.done).toEqual(['await paid', 'forget paid']);
  });

  it('an approval whose time is over', async () => {
    home.host.refuse = 1;
    home.errands.run(requests);
    home.errands.run(expires);
    await until(() => home.done.length === 2);
    expect(home.done).toEqual(['request ok', 'close ok as expired']);
  });

  it('an approval of a run that is cancelled', async () => {
    home.host.refuse = 1;
    home.errands.run(requests);
    home.abort('ok');
    await until(() => home.done.length === 2);
    expect(home.done).toEqual(['request ok', 'close ok as cancelled']);
  });
});

describe('an approval whose time is over', () => {
  it('is expired when nobody had decided', async () => {
    home.errands.run(expires);
    await settled();
    expect(home.brought).toMatchObject([{ type: 'ApprovalDecided', step: 'ok', decision: 'expired' }]);
    expect(home.inboxReads).toBe(0);
  });

  it('is what somebody decided before, which stands in the inbox', async () => {
    home.host.undecided = false;
    home.errands.run(expires);
    await settled();
    expect([home.brought, home.inboxReads]).toEqual([[], 1]);
  });
});

describe('giving up', () => {
  it.each<[string, string[], object]>([
    ['paid', ['forget paid'], { type: 'StepFailed', step: 'paid', attempt: 1, error: { type: 'cancelled' } }],
    ['ok', ['close ok as cancelled'], { type: 'ApprovalDecided', step: 'ok', decision: 'cancelled' }],
    ['nap', [], { type: 'StepFailed', step: 'nap', attempt: 1, error: { type: 'cancelled' } }],
  ])('what step %s waits for', async (step, words, event) => {
    home.abort(step);
    await settled();
    expect([home.done, home.brought]).toEqual([words, [expect.objectContaining({ ...event, ...errorOf(event) })]]);
  });

  it('another run asks for its end once, and waits for that', async () => {
    home.abort('sub');
    await settled();
    home.abort('sub');
    await settled();
    expect([home.done, home.brought]).toEqual([['cancel c1'], []]);
    expect(home.errands.stands(aborts('sub'))).toBe(true);
  });

  it('another run is asked again by force when its own run no longer does what is last', async () => {
    home.abort('sub');
    await settled();
    home.run = foldRun(plan, 'r', [created(), start, begun, cancelled, { ...cancelled, at: 31, force: true }]);
    home.abort('sub');
    await settled();
    home.abort('sub');
    await settled();
    expect(home.done).toEqual(['cancel c1', 'cancel c1 by force']);
    expect(home.errands.stands(aborts('sub'))).toBe(true);
  });

  it('another run that is gone ends the step', async () => {
    home.host.outside.cancelChild = async () => true;
    home.abort('sub');
    await settled();
    expect(home.brought).toMatchObject([{ type: 'ChildEnded', step: 'sub', child: 'c1', status: 'cancelled' }]);
    expect(home.errands.stands(aborts('sub'))).toBe(false);
  });

  it('is tried again like any errand', async () => {
    home.host.refuse = 1;
    home.abort('sub');
    await until(() => home.done.length === 2);
    expect(home.done).toEqual(['cancel c1', 'cancel c1']);
  });
});

describe('starting another run', () => {
  it('brings its id, or why it cannot be', async () => {
    home.errands.run(starts('fork', false));
    await settled();
    home.host.childStart = { ok: false, failure: failure('terminal') };
    home.errands.run(starts('next'));
    await settled();
    expect(home.brought).toMatchObject([
      { type: 'ChildStarted', step: 'fork', child: 'child' },
      { type: 'StepFailed', step: 'next', attempt: 0, error: { type: 'terminal' } },
    ]);
  });

  it.each([
    ['ends it when its own run ended meanwhile', 'next', true, ['start other for next', 'cancel child']],
    ['lets it go on where nobody waits for it', 'fork', false, ['start other for fork']],
  ])('%s', async (_, step, wait, words) => {
    home.errands.run(starts(step, wait));
    home.run = foldRun(plan, 'r', [created(), start, cancelled, { type: 'RunCancelled', at: 40, error: gone }]);
    home.closed = true;
    await settled();
    expect([home.done, home.brought]).toEqual([words, []]);
  });

  it.each<[string, RunEvent]>([
    ['cancelled', cancelled],
    ['paused', { type: 'RunPaused', at: 30, by: 'ann' }],
  ])('is not done any more when its run was %s between two tries', async (_, event) => {
    home.host.refuse = 1;
    home.errands.run(starts('next'));
    home.run = foldRun(plan, 'r', [created(), start, event]);
    await until(() => !home.errands.busy);
    expect([home.done, home.brought]).toEqual([['start other for next'], []]);
  });

  it('is for the new owner to answer for when the run was lost meanwhile', async () => {
    home.run = foldRun(plan, 'r', [created(), start]);
    home.errands.run(starts('next'));
    home.closed = true;
    await settled();
    expect([home.done, home.brought]).toEqual([['start other for next'], []]);
  });
});

it('an errand reaches out; a call, a timer and an abort are none', () => {
  expect([awaits, forgets, requests, expires, starts('next')].every(isErrand)).toBe(true);
  const call: Command = { type: 'InvokeAgent', id: 'r/a/1', step: 'a', attempt: 1, agent: 'test', action: 'do' };
  const timer: Command = { type: 'StartTimer', id: 't', timer: { kind: 'wait', step: 'nap' }, dueAt: 1 };
  expect([call, timer, aborts('sub')].some(isErrand)).toBe(false);
});

function errorOf(event: object): object {
  return 'error' in event ? { error: expect.objectContaining(event.error as object) as unknown } : {};
}
