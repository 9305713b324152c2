import { planOf, failure, say, type Steps } from '../../test/support/plans.js';
import { began, end, start, when, worked } from '../../test/support/given-when.js';
import { SimulatedRun } from '../../test/support/simulated-run.js';
import { outstanding } from './advance.js';
import type { RunEvent } from './events.js';
import type { Run } from './run.js';
import { inputOf } from './scope.js';

const each = {
  list: {
    forEach: '${{ input.list }}',
    concurrency: 2,
    uses: 'test.do',
    with: { n: '${{ item }}', i: '${{ index }}' },
  },
};
const fanned = (items: unknown[]): RunEvent => ({ type: 'StepStarted', at: 15, step: 'list', attempt: 1, items });
const broke = (step: string, attempt = 1, type: 'terminal' | 'cancelled' = 'terminal'): RunEvent => ({
  type: 'StepFailed',
  at: 40,
  step,
  attempt,
  error: failure(type),
});

describe('forEach', () => {
  const plan = planOf(each);

  it('begins as many items as may be in progress, and the next when one is done', () => {
    expect(when(plan, [], start, { list: [7, 8, 9] }).commands).toEqual(['fan out list 3']);
    expect(when(plan, [start], fanned([7, 8, 9])).commands).toEqual(['invoke list[0] 1', 'invoke list[1] 1']);
    const going = [start, fanned([7, 8, 9]), began('list[0]'), began('list[1]')];
    expect(when(plan, going, worked('list[1]', 'b')).commands).toEqual(['invoke list[2] 1']);
  });

  it('gives each item its place and value', () => {
    const { run } = when(plan, [start], fanned(['x', 'y']));
    expect(inputOf(run, 'list[1]', {})).toEqual({ n: 'y', i: 1 });
  });

  it('has the outputs in the order of the list, whatever the order of the ends', () => {
    const log = [start, fanned(['x', 'y']), began('list[0]'), began('list[1]'), worked('list[1]', 'second')];
    const { run, commands } = when(plan, log, worked('list[0]', 'first'));
    expect(run.steps['list']).toMatchObject({ status: 'succeeded', output: ['first', 'second'] });
    expect(commands).toEqual(['finish succeeded']);
  });

  it('of an empty list has succeeded', () => {
    const { run, commands } = when(plan, [start], fanned([]));
    expect(run.steps['list']).toMatchObject({ status: 'succeeded', output: [] });
    expect(commands).toEqual(['finish succeeded']);
  });

  it('begins nothing more after a failure, lets go on what goes on, and fails', () => {
    const log = [start, fanned([1, 2, 3, 4]), began('list[0]'), began('list[1]'), broke('list[0]')];
    expect(when(plan, log.slice(0, -1), log.at(-1)!).commands).toEqual([]);
    const { run } = when(plan, log, worked('list[1]', 'b'));
    expect(run.steps['list']).toMatchObject({
      status: 'failed',
      output: [null, 'b', null, null],
      error: { code: 'CC_ITEMS_FAILED', message: '1 of 4 items failed; the first is [0]: no' },
    });
    expect(run.steps['list']!.items!.map(({ status }) => status)).toEqual([
      'failed',
      'succeeded',
      'skipped',
      'skipped',
    ]);
  });

  it('does all items in spite of failures where it is told to', () => {
    const goOn = { list: { ...each.list, onItemFailure: 'continue' as const } };
    const simulated = SimulatedRun.start(
      planOf(goOn),
      (step) => (step === 'list[1]' ? { ok: false, failure: failure('terminal') } : { ok: true, output: step }),
      { list: [1, 2, 3] },
    );
    const run = simulated.drive();
    expect(run.steps['list']).toMatchObject({ status: 'failed', output: ['list[0]', null, 'list[2]'] });
    expect(run.status).toBe('failed');
  });

  it.each([
    ['no list', 'nope', /forEach: "nope" is not a list/],
    ['too many items', Array.from({ length: 1001 }, () => 0), /1001 items, at most 1000/],
  ])('fails the step when there is %s', (_, list, message) => {
    const simulated = SimulatedRun.start(plan, () => ({ ok: true, output: null }), { list });
    expect(simulated.drive()).toMatchObject({
      status: 'failed',
      error: { step: 'list', message: expect.stringMatching(message) },
    });
  });

  it('goes on where another replica takes it over', () => {
    const { run } = when(plan, [start, fanned([1, 2, 3]), began('list[0]'), worked('list[0]')], began('list[1]'));
    expect(outstanding(run).map(say)).toEqual(['invoke list[1] 1', 'invoke list[2] 1']);
  });

  it('has its thousand items done in little time', () => {
    const thousand = Array.from({ length: 1000 }, (_, n) => n);
    const simulated = SimulatedRun.start(planOf(each), (step) => ({ ok: true, output: step }), { list: thousand });
    expect(simulated.drive().steps['list']!.output).toHaveLength(1000);
  });
});

describe('a sleep', () => {
  it('is a timer and nothing else', () => {
    const plan = planOf({ nap: { sleep: '10m' } });
    expect(when(plan, [], start).commands).toEqual(['wait nap: {"kind":"sleep","forMs":600000}']);
    const asleep: RunEvent = { type: 'StepWaiting', at: 20, step: 'nap', wait: { kind: 'sleep', dueAt: 600_020 } };
    const { run, commands } = when(plan, [start], asleep);
    expect(commands).toEqual(['wait of nap at 600020']);
    expect(run).toMatchObject({ status: 'waiting', inFlight: 0, activeSince: undefined });
    const over: RunEvent = { type: 'TimerFired', at: 600_020, timer: { kind: 'wait', step: 'nap' } };
    expect(when(plan, [start, asleep], over).commands).toEqual(['finish succeeded']);
  });

  it.each<[Steps, string]>([
    [{ nap: { sleep: '${{ input.pause }}' } }, 'wait nap: {"kind":"sleep","forMs":30000}'],
    [{ nap: { until: '${{ input.at }}' } }, 'wait nap: {"kind":"sleep","until":1767225600000}'],
    [{ nap: { sleep: '${{ input.at }}' } }, 'fail nap: CC_EXPRESSION_FAILED'],
    [{ nap: { until: '${{ input.pause }}' } }, 'fail nap: CC_EXPRESSION_FAILED'],
  ])('%j', (steps, command) => {
    const input = { pause: '30s', at: '2026-01-01T00:00:00Z' };
    expect(when(planOf(steps), [], start, input).commands).toEqual([command]);
  });
});

describe('waiting for an event', () => {
  const plan = planOf({ paid: { waitFor: { event: 'order.paid', timeout: '2d' } }, ship: { needs: ['paid'] } });
  const waits: RunEvent = { type: 'StepWaiting', at: 20, step: 'paid', wait: { kind: 'event', dueAt: 99 } };
  const over: RunEvent = { type: 'TimerFired', at: 99, timer: { kind: 'wait', step: 'paid' } };

  it('stands until one comes, whose content is the output', () => {
    expect(when(plan, [start], waits).commands).toEqual(['await event paid', 'wait of paid at 99']);
    const came: RunEvent = { type: 'EventReceived', at: 30, step: 'paid', event: { id: 'e1' } };
    const { run, commands } = when(plan, [start, waits], came);
    expect(run.steps['paid']).toMatchObject({ status: 'succeeded', output: { id: 'e1' } });
    expect(commands).toEqual(['invoke ship 1']);
    expect(when(plan, [start, waits, over], came).run.steps['paid']!.status).toBe('failed');
  });

  it('fails when its time is over, and tidies up', () => {
    const { run, commands } = when(plan, [start, waits], over);
    expect(run.steps['paid']).toMatchObject({ status: 'failed', error: { type: 'timeout', code: 'CC_WAIT_TIMEOUT' } });
    expect(commands).toEqual(['forget event paid', 'skip ship: a needed step failed']);
  });
});

describe('an approval', () => {
  const plan = planOf({
    ok: { approval: { message: 'Restart ${{ input.what }}?', timeout: '1h', onTimeout: 'reject' } },
  });
  const asked: RunEvent = { type: 'ApprovalRequested', at: 20, step: 'ok', message: 'Restart db?', approvers: ['role:approver'], dueAt: 99 }; // prettier-ignore
  const decided = (decision: 'approve' | 'reject' | 'expired', more = {}): RunEvent => ({ type: 'ApprovalDecided', at: 30, step: 'ok', decision, ...more }); // prettier-ignore
  const over: RunEvent = { type: 'TimerFired', at: 99, timer: { kind: 'wait', step: 'ok' } };

  it('asks with its message evaluated', () => {
    expect(when(plan, [], start, { what: 'db' }).commands).toEqual([
      'wait ok: {"kind":"approval","message":"Restart db?","approvers":["role:approver"],"forMs":3600000}',
    ]);
    expect(when(plan, [start], asked).commands).toEqual(['request approval ok', 'wait of ok at 99']);
  });

  it('fails whose message is no text that could be kept', () => {
    const fails = ['fail ok: CC_EXPRESSION_FAILED'];
    expect(when(plan, [], start, { what: 'db\0' }).commands).toEqual(expect.arrayContaining(fails));
  });

  it('is what somebody decided', () => {
    const { run } = when(plan, [start, asked], decided('approve', { by: 'ada', comment: 'fine', data: { n: 1 } }));
    expect(run.steps['ok']).toMatchObject({ status: 'succeeded', output: { decision: 'approve', by: 'ada', comment: 'fine', data: { n: 1 } } }); // prettier-ignore
    const no = when(plan, [start, asked], decided('reject', { by: 'ada', comment: 'not now' })).run;
    expect(no.steps['ok']).toMatchObject({ status: 'failed', error: { code: 'CC_APPROVAL_REJECTED', message: 'step ok was rejected by ada: not now' } }); // prettier-ignore
  });

  it('whose time is over asks whether a decision came before', () => {
    const { run, commands } = when(plan, [start, asked], over);
    expect(commands).toEqual(['request approval ok', 'expire approval ok']);
    expect(run.steps['ok']!.status).toBe('waiting');
    expect(when(plan, [start, asked, over], decided('approve')).run.steps['ok']!.status).toBe('succeeded');
    expect(when(plan, [start, asked, over], decided('expired')).run.steps['ok']!.error!.code).toBe(
      'CC_APPROVAL_EXPIRED',
    );
    const yes = planOf({ ok: { approval: { message: 'x', timeout: '1h', onTimeout: 'approve' } } });
    expect(when(yes, [start, asked, over], decided('expired')).run.steps['ok']).toMatchObject({ status: 'succeeded', output: { decision: 'approve', expired: true } }); // prettier-ignore
  });
});

describe('a step that is another workflow', () => {
  const plan = planOf({ sub: { workflow: 'other', with: { n: '${{ input.n }}' } } });
  const started: RunEvent = { type: 'ChildStarted', at: 20, step: 'sub', child: 'c1' };
  const ended = (status: 'succeeded' | 'failed' | 'cancelled', more = {}): RunEvent => ({ type: 'ChildEnded', at: 30, step: 'sub', child: 'c1', status, ...more }); // prettier-ignore
  const cancel: RunEvent = { type: 'RunCancelRequested', at: 25, by: 'ann' };

  it('waits for its end and takes its output', () => {
    expect(when(plan, [], start, { n: 1 }).commands).toEqual(['start other for sub']);
    expect(when(plan, [start], started).run.status).toBe('waiting');
    expect(when(plan, [start, started], ended('succeeded', { output: 42 })).run.steps['sub']).toMatchObject({ status: 'succeeded', output: 42 }); // prettier-ignore
  });

  it('takes the end of a run whose start was not written: the replica that started it is gone', () => {
    const { run, commands } = when(plan, [start], ended('succeeded', { output: 42 }));
    expect(run.steps['sub']).toMatchObject({ status: 'succeeded', output: 42, attempt: 1 });
    expect([commands, run.waiting]).toEqual([['finish succeeded'], 0]);
    expect(when(plan, [start, ended('succeeded')], started).run.steps['sub']!.status).toBe('succeeded');
    const alone = planOf({ sub: { workflow: 'other', wait: false } });
    expect(when(alone, [start], ended('failed')).run.steps['sub']!.status).toBe('pending');
  });

  it('fails with it', () => {
    const { run } = when(plan, [start, started], ended('failed', { error: failure('terminal', 'disk full') }));
    expect(run.steps['sub']!.error).toMatchObject({ code: 'CC_CHILD_FAILED', message: 'run c1 failed: disk full' });
  });

  it('that goes its own way is done when it is started', () => {
    const detached = planOf({ sub: { workflow: 'other', wait: false } });
    expect(when(detached, [start], started).run.steps['sub']).toMatchObject({ status: 'succeeded', output: { id: 'c1' } }); // prettier-ignore
  });

  it('is cancelled with the run, which waits for it', () => {
    expect(when(plan, [start, started], cancel).commands).toEqual(['abort sub 1']);
    const { run, commands } = when(plan, [start, started, cancel], ended('cancelled'));
    expect([run.steps['sub']!.status, commands]).toEqual(['cancelled', ['finish cancelled']]);
  });
});

describe('finally', () => {
  const last = { finally: { z: { with: { how: '${{ run.status }}' } } } };
  const plan = planOf({ a: {}, b: { needs: ['a'] } }, last);
  const cancel: RunEvent = { type: 'RunCancelRequested', at: 25, by: 'ann' };
  const how = (run: Run) => inputOf(run, 'z', {});

  it.each([
    ['succeeded', {}, 'a:succeeded b:succeeded z:succeeded -> succeeded'],
    ['failed', { a: 'terminal' as const }, 'a:failed b:skipped z:succeeded -> failed'],
    ['failed itself', { z: 'terminal' as const }, 'a:succeeded b:succeeded z:failed -> failed'],
  ])('is done after all others: %s', (_, outcome, words) => {
    expect(end({ a: {}, b: { needs: ['a'] } }, outcome, last)).toBe(words);
  });

  it('is done when the run is cancelled, after what was in flight has stopped', () => {
    expect(when(plan, [start, began('a')], cancel).commands).toEqual(['abort a 1']);
    const { run, commands } = when(plan, [start, began('a'), cancel], broke('a', 1, 'cancelled'));
    expect(commands).toEqual(['invoke z 1']);
    expect([how(run), run.steps['b']!.status]).toEqual([{ how: 'cancelled' }, 'cancelled']);
    const log = [start, began('a'), cancel, broke('a', 1, 'cancelled'), began('z')];
    expect(when(plan, log, worked('z')).commands).toEqual(['finish cancelled']);
  });

  it('is given up when the run is cancelled by force', () => {
    const log = [start, began('a'), cancel, broke('a', 1, 'cancelled'), began('z')];
    const force: RunEvent = { type: 'RunCancelRequested', at: 50, force: true };
    expect(when(plan, log, force).commands).toEqual(['abort z 1']);
    expect(when(plan, [...log, force], broke('z', 1, 'cancelled')).commands).toEqual(['finish cancelled']);
    expect(when(plan, [start, began('a')], force).commands).toEqual(['abort a 1']);
    expect(when(plan, [start, began('a'), force], broke('a', 1, 'cancelled')).commands).toEqual(['finish cancelled']);
  });

  it.each([
    ['success()', {}, 'z:succeeded'],
    ['success()', { a: 'terminal' as const }, 'z:skipped'],
    ['failure()', { a: 'terminal' as const }, 'z:succeeded'],
    ['failure()', {}, 'z:skipped'],
    ["run.status == 'failed'", { a: 'terminal' as const }, 'z:succeeded'],
  ])('knows how the others ended: %s', (condition, outcome, word) => {
    expect(end({ a: {} }, outcome, { finally: { z: { if: condition } } })).toContain(word);
  });
});

describe('a paused run', () => {
  const plan = planOf({ a: {}, b: { needs: ['a'] } });
  const pause: RunEvent = { type: 'RunPaused', at: 22, by: 'ann' };
  const resume: RunEvent = { type: 'RunResumed', at: 50, by: 'ann' };

  it('lets end what is in flight, and begins nothing until it is resumed', () => {
    expect(when(plan, [start, began('a')], pause).run.status).toBe('paused');
    const { run, commands } = when(plan, [start, began('a'), pause], worked('a'));
    expect([run.status, commands, outstanding(run)]).toEqual(['paused', [], []]);
    expect(when(plan, [start, began('a'), pause, worked('a')], resume).commands).toEqual(['invoke b 1']);
    expect(when(plan, [start, began('a'), pause, worked('a')], began('b')).run.steps['b']!.status).toBe('pending');
  });

  it('ends only when it is resumed', () => {
    const log = [start, began('a'), worked('a'), began('b'), pause, worked('b')];
    expect(when(plan, log.slice(0, -1), log.at(-1)!).commands).toEqual([]);
    expect(when(plan, log, resume).commands).toEqual(['finish succeeded']);
  });

  it('can be cancelled', () => {
    const cancel: RunEvent = { type: 'RunCancelRequested', at: 60 };
    expect(when(plan, [start, began('a'), pause, worked('a')], cancel).commands).toEqual(['finish cancelled']);
  });
});
