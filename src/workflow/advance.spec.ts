import { began, due, end, later, start, when, worked } from '../../test/support/given-when.js';
import { created, failure, planOf, queued, say } from '../../test/support/plans.js';
import { SimulatedRun } from '../../test/support/simulated-run.js';
import { advance, outstanding } from './advance.js';
import type { RunEvent } from './events.js';
import { foldRun } from './fold.js';

const broke = (step: string, attempt = 1, error = failure('terminal')): RunEvent => ({
  type: 'StepFailed',
  at: 30,
  step,
  attempt,
  error,
});
const timeout: RunEvent = { type: 'TimerFired', at: 5000, timer: { kind: 'runTimeout' } };
const cancel: RunEvent = { type: 'RunCancelRequested', at: 40, by: 'ann', reason: 'wrong order' };
const skipped = (step: string): RunEvent => ({ type: 'StepSkipped', at: 30, step, reason: 'because' });

describe('a run that starts', () => {
  const chain = planOf({ a: {}, b: { needs: ['a'] }, c: {} });

  it('invokes every step that needs nothing, in the order of the plan', () => {
    expect(when(chain, [], start).commands).toEqual(['invoke a 1', 'invoke c 1']);
  });

  it('starts its timeout with it', () => {
    const plan = planOf({ a: {} }, { timeout: '5s' });
    expect(when(plan, [], start).commands).toEqual(['invoke a 1', 'timeout at 5010']);
  });

  it('gives every command an id that another replica gives it too', () => {
    const { commands } = advance(queued(planOf({ a: {} }, { timeout: '5s' })), start);
    expect(commands.map(({ id }) => id)).toEqual(['r/a/1', 'r//timeout']);
  });

  it('invokes a step when the last of its needs is settled, once', () => {
    const plan = planOf({ a: {}, b: {}, c: { needs: ['a', 'b'] } });
    expect(when(plan, [start, began('a'), began('b')], worked('a')).commands).toEqual([]);
    expect(when(plan, [start, began('a'), began('b'), worked('a')], worked('b')).commands).toEqual(['invoke c 1']);
  });

  it('takes a need that is written twice as one', () => {
    const plan = planOf({ a: {}, b: { needs: ['a', 'a'] } });
    expect(when(plan, [start, began('a')], worked('a')).commands).toEqual(['invoke b 1']);
  });

  it('knows a step called constructor', () => {
    const plan = planOf({ constructor: {}, b: { needs: ['constructor'] } });
    expect(when(plan, [start, began('constructor')], worked('constructor')).commands).toEqual(['invoke b 1']);
  });

  it('does nothing before it is started', () => {
    const plan = planOf({ a: {} });
    expect(outstanding(queued(plan))).toEqual([]);
    expect(when(plan, [], began('a')).run.steps['a']).toMatchObject({ status: 'pending' });
  });
});

describe('the end of a run', () => {
  it('comes with the last step, and carries the output', () => {
    const plan = planOf({ a: {} }, { output: '${{ steps.a.output.n + 1 }}' });
    const { commands } = advance(foldRun(plan, 'r', [created(), start, began('a')]), worked('a', { n: 1 }));
    expect(commands).toEqual([{ type: 'FinishRun', id: 'r', status: 'succeeded', output: 2 }]);
  });

  it('is a failure when the output cannot be evaluated', () => {
    const plan = planOf({ a: {} }, { output: '${{ steps.a.output.no.where }}' });
    const { commands } = advance(foldRun(plan, 'r', [created(), start, began('a')]), worked('a', {}));
    expect(commands).toMatchObject([{ type: 'FinishRun', status: 'failed', error: { code: 'CC_EXPRESSION_FAILED' } }]);
    expect((commands[0] as { error: { message: string } }).error.message).toMatch(/^output: /);
  });

  it('names the first failed step of the plan, whichever failed first', () => {
    const plan = planOf({ a: {}, b: {} });
    const { commands } = advance(
      foldRun(plan, 'r', [created(), start, began('a'), began('b'), broke('b')]),
      broke('a'),
    );
    expect(commands).toMatchObject([{ status: 'failed', error: { step: 'a' } }]);
  });

  it('waits for the steps beside a failed one', () => {
    const plan = planOf({ a: {}, b: {} });
    expect(when(plan, [start, began('a'), began('b')], broke('a')).commands).toEqual([]);
    expect(when(plan, [start, began('a'), began('b'), broke('a')], worked('b')).commands).toEqual(['finish failed']);
  });

  it('comes at once when every step is skipped', () => {
    expect(end({ a: { if: false }, b: { needs: ['a'] } })).toBe('a:skipped b:skipped -> succeeded');
  });

  const ends: RunEvent[] = [
    { type: 'RunSucceeded', at: 50, output: 1 },
    { type: 'RunFailed', at: 50, error: failure('terminal') },
    { type: 'RunCancelled', at: 50, error: failure('cancelled') },
  ];
  const any: RunEvent[] = [
    created(), start, began('a'), worked('a'), broke('a'), later('a'), skipped('a'), due('a'), timeout, cancel, ...ends,
    { type: 'RunTakenOver', at: 60, epoch: 2 },
    { type: 'CostReported', at: 60, step: 'a', usd: 1, kind: 'tokens' },
  ]; // prettier-ignore

  it.each(ends.map((event) => [event.type, event] as const))(
    '%s is the last word: no event changes the run',
    (_, event) => {
      const plan = planOf({ a: {} });
      const given = event.type === 'RunSucceeded' ? [start, began('a'), worked('a')] : [start, began('a')];
      const { run } = when(plan, given, event);
      expect(run.finishedAt).toBe(50);
      for (const one of any) expect(advance(run, one)).toEqual({ run, commands: [] });
      for (const one of any) expect(advance(run, one).run).toBe(run);
      expect(outstanding(run)).toEqual([]);
    },
  );

  it('is not a success while a step is unsettled', () => {
    const { run } = when(planOf({ a: {} }), [start, began('a')], ends[0]!);
    expect(run.status).toBe('running');
  });
});

describe('retries', () => {
  const plan = planOf({ a: { retry: { attempts: 3 } }, b: { needs: ['a'] } });

  it('wait for their timer, and the run waits when nothing else is in flight', () => {
    const { run, commands } = when(plan, [start, began('a')], later('a'));
    expect(commands).toEqual(['retry a 1 at 1000']);
    expect(run).toMatchObject({ status: 'waiting', retrying: 1, inFlight: 0, steps: { a: { dueAt: 1000 } } });
  });

  it('start the next attempt when the timer fires', () => {
    const { run, commands } = when(plan, [start, began('a'), later('a')], due('a'));
    expect(commands).toEqual(['invoke a 2']);
    expect(run.steps['a']).toEqual({ status: 'pending', attempt: 1, error: failure(), startedAt: 20 });
    expect(run.status).toBe('running');
  });

  it('keep the run running while another step is in flight', () => {
    const two = planOf({ a: {}, b: {} });
    expect(when(two, [start, began('a'), began('b')], later('a')).run.status).toBe('running');
  });

  it('ignore the timer of an earlier attempt', () => {
    const given = [start, began('a'), later('a'), due('a'), began('a', 2), later('a', 2, 2000)];
    const { run, commands } = when(plan, given, due('a', 1));
    expect(commands).toEqual([]);
    expect(run.steps['a']).toMatchObject({ status: 'retrying', attempt: 2 });
  });

  it('ignore a result of an attempt that was given up', () => {
    const given = [start, began('a'), later('a'), due('a'), began('a', 2)];
    for (const late of [worked('a'), broke('a'), later('a')]) {
      const { run, commands } = when(plan, given, late);
      expect([run.steps['a']!.status, commands]).toEqual(['running', []]);
    }
  });

  it('keep the step that needs it waiting', () => {
    expect(when(plan, [start, began('a')], later('a')).run.steps['b']!.status).toBe('pending');
  });
});

describe('a cancel', () => {
  const plan = planOf({ a: {}, b: { needs: ['a'] }, c: {} }, { timeout: '1h' });
  const error = { type: 'cancelled', code: 'CC_RUN_CANCELLED', message: 'the run was cancelled by ann: wrong order' };

  it.each<[string, RunEvent[], string[]]>([
    ['before the run started', [], ['finish cancelled']],
    ['before the first step started', [start], ['finish cancelled']],
    ['while steps are in flight', [start, began('a'), began('c')], ['abort a 1', 'abort c 1']],
    [
      'while a step waits for its next attempt',
      [start, began('c'), worked('c'), began('a'), later('a')],
      ['finish cancelled'],
    ],
    ['while one waits and one is in flight', [start, began('c'), began('a'), later('a')], ['abort c 1']],
    ['between the attempts', [start, began('c'), worked('c'), began('a'), later('a'), due('a')], ['finish cancelled']],
  ])('%s', (_, given, commands) => {
    const { run, commands: said } = when(plan, given, cancel);
    expect(said).toEqual(commands);
    expect(outstanding(run).map(say)).toEqual(commands);
    expect(run.ending).toMatchObject({ status: 'cancelled', error });
  });

  it('ends the run when the last step in flight has stopped', () => {
    const given = [start, began('a'), began('c'), cancel, broke('a', 1, failure('cancelled'))];
    expect(when(plan, given.slice(0, -1), given.at(-1)!).commands).toEqual([]);
    expect(when(plan, given, worked('c')).commands).toEqual(['finish cancelled']);
  });

  it('starts nothing any more', () => {
    const { run } = when(plan, [start, began('c'), cancel], began('a'));
    expect(run.steps['a']!.status).toBe('pending');
    expect(when(plan, [start, began('a'), began('c'), cancel], worked('a')).commands).toEqual([]);
  });

  it('a second time changes nothing, whoever asks', () => {
    const { run } = when(plan, [start, began('a')], cancel);
    expect(advance(run, { ...cancel, by: 'bob' } as RunEvent)).toEqual({ run, commands: [] });
  });

  it('leaves what has not begun cancelled, and what is done as it was', () => {
    const simulated = SimulatedRun.start(plan, () => ({ ok: true, output: null }));
    simulated.move(() => 1); // carries out c
    simulated.move(() => 1); // ends c
    simulated.apply(cancel);
    expect(simulated.run).toMatchObject({ status: 'cancelled', error, unsettled: 0 });
    expect(Object.values(simulated.run.steps).map(({ status }) => status)).toEqual([
      'cancelled',
      'succeeded',
      'cancelled',
    ]);
  });
});

describe('a run timeout', () => {
  const plan = planOf({ a: { retry: { attempts: 2 } } }, { timeout: '4s' });

  it('aborts what is in flight and fails the run', () => {
    const { run, commands } = when(plan, [start, began('a')], timeout);
    expect(commands).toEqual(['abort a 1']);
    const { commands: last } = advance(run, broke('a', 1, failure('cancelled')));
    expect(last).toMatchObject([
      { type: 'FinishRun', status: 'failed', error: { type: 'timeout', code: 'CC_RUN_TIMEOUT' } },
    ]);
  });

  it('ends a run that waits for a retry at once', () => {
    expect(when(plan, [start, began('a'), later('a')], timeout).commands).toEqual(['finish failed']);
  });

  it('says nothing to a run that is ending already: the first reason stays', () => {
    const { run } = when(plan, [start, began('a'), cancel], timeout);
    expect(run.ending!.status).toBe('cancelled');
  });

  it('is set again by the replica that takes the run over, at the same instant', () => {
    const { run } = when(plan, [start], began('a'));
    expect(outstanding(run).map(say)).toEqual(['invoke a 1', 'timeout at 4010']);
  });

  it('stops nothing when it fires after the last step', () => {
    const { run } = when(plan, [start, began('a'), worked('a')], { type: 'RunSucceeded', at: 31, output: null });
    expect(advance(run, timeout).run).toBe(run);
  });
});

describe('a convicted step', () => {
  const plan = planOf({
    a: { continueOnError: true, retry: { attempts: 9 } },
    b: {},
    c: { needs: ['a'], if: 'always()' },
  });
  const quarantined = broke('a', 1, failure('quarantined'));

  it('ends the run, whatever the step says about errors and retries', () => {
    const { run, commands } = when(plan, [start, began('a'), began('b'), worked('b')], quarantined);
    expect(commands).toEqual(['finish failed']);
    expect(run.ending).toMatchObject({ status: 'failed', error: { type: 'quarantined', step: 'a' } });
  });

  it('aborts the steps beside it first', () => {
    expect(when(plan, [start, began('a'), began('b')], quarantined).commands).toEqual(['abort b 1']);
  });

  it('may be one whose start was never written', () => {
    const { commands } = when(plan, [start, began('b'), worked('b')], broke('a', 0, failure('quarantined')));
    expect(commands).toEqual(['finish failed']);
  });

  it('may be one between two attempts', () => {
    const { run } = when(plan, [start, began('b'), worked('b'), began('a'), later('a'), due('a')], quarantined);
    expect(run.steps['a']!.status).toBe('failed');
  });
});

describe('what the core is told twice', () => {
  const plan = planOf({ a: { retry: { attempts: 2 } }, b: { needs: ['a'] }, c: { if: false } }, { timeout: '1h' });
  const story = [
    start, began('a'), later('a'), due('a'), began('a', 2), skipped('c'), worked('a', 1, 2), began('b'), cancel, timeout,
    broke('b', 1, failure('cancelled')), { type: 'RunTakenOver', at: 70, epoch: 3 },
  ] as RunEvent[]; // prettier-ignore

  it.each(story.map((event, n) => [n, event.type, event] as const))(
    'event %i (%s) changes nothing the second time',
    (n, _, event) => {
      const { run } = when(plan, story.slice(0, n), event);
      expect(advance(run, event).run).toBe(run);
      expect(advance(run, event).commands).toEqual([]);
    },
  );
});
