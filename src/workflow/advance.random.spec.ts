import fc from 'fast-check';
import { deepFreeze, failure, planOf, type Steps } from '../../test/support/plans.js';
import { type Choose, type Script, SimulatedRun } from '../../test/support/simulated-run.js';
import { advance } from './advance.js';
import type { RunEvent } from './events.js';
import { foldRun, isSettled } from './fold.js';
import { leaves } from './paths.js';
import type { Plan } from './plan.js';
import type { ErrorType, Run } from './run.js';

/** SimulatedRun holds every single event against the invariants A1 to A4 and against the counts; these tests choose the events. */

const conditions = [
  undefined,
  undefined,
  undefined,
  true,
  false,
  'success()',
  'failure()',
  'always()',
  'input.yes',
  'input.none.deeper == 1',
];
const ends: ('ok' | ErrorType)[] = [
  'ok',
  'ok',
  'ok',
  'retryable',
  'retryable',
  'timeout',
  'terminal',
  'cancelled',
  'limit',
];

const stepOfKinds = (...kinds: string[]) =>
  fc.record({
    /** Places before this one, cut to what is there. */
    needs: fc.array(fc.nat(100), { maxLength: 3 }),
    condition: fc.constantFrom(...conditions),
    attempts: fc.integer({ min: 1, max: 3 }),
    continueOnError: fc.boolean(),
    kind: fc.constantFrom('agent', 'agent', 'agent', 'sleep', 'event', 'approval', 'workflow', 'allItems', ...kinds),
  });

/** What a step does, beside what steps of every kind have. */
function kindOf(kind: string, retry: object): object {
  switch (kind) {
    case 'items':
      return { uses: 'test.do', retry, forEach: [1, 2, 3], concurrency: 2 };
    case 'allItems':
      return { uses: 'test.do', retry, forEach: [1, 2, 3], concurrency: 2, onItemFailure: 'continue' };
    case 'sleep':
      return { sleep: '1s' };
    case 'event':
      return { waitFor: { event: 'x', timeout: '1h' } };
    case 'approval':
      return { approval: { message: 'x' } };
    case 'workflow':
      return { workflow: 'other' };
    default:
      return { uses: 'test.do', retry };
  }
}

const planOfSteps = (step: ReturnType<typeof stepOfKinds>): fc.Arbitrary<Plan> =>
  fc
    .record({
      steps: fc.array(step, { minLength: 1, maxLength: 9 }),
      timeout: fc.constantFrom(undefined, '1h'),
      last: fc.nat(2),
    })
    .map(({ steps, timeout, last }) => {
      const named = steps.map(({ needs, condition, attempts, continueOnError, kind }, n) => {
        const earlier = n === 0 ? [] : [...new Set(needs.map((need) => `s${need % n}`))];
        const retry = { attempts, delay: '1s', jitter: false };
        return [
          `s${n}`,
          {
            ...kindOf(kind, retry),
            needs: earlier,
            continueOnError,
            ...(condition !== undefined && { if: condition }),
          },
        ] as const;
      });
      const output = '${{ steps.s0.status }}';
      const cleanUp = Object.fromEntries(
        Array.from({ length: last }, (_, n) => [`z${n}`, n === 0 ? {} : { needs: ['z0'] }]),
      );
      const more = { output, ...(timeout && { timeout }), ...(last > 0 && { finally: cleanUp }) };
      return planOf(Object.fromEntries(named) as Steps, more);
    });

const anyPlan = planOfSteps(stepOfKinds('items'));
/** Where a failed item stops the others, it depends on the order how many were done. */
const orderlessPlan = planOfSteps(stepOfKinds());

const anyScript: fc.Arbitrary<Script> = fc
  .array(fc.constantFrom(...ends), { minLength: 30, maxLength: 30 })
  .map((table) => (step, attempt) => {
    const end = table[([...step].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) * 3 + attempt) % table.length]!;
    return end === 'ok' ? { ok: true, output: { step, attempt } } : { ok: false, failure: failure(end) };
  });

const anyOrder: fc.Arbitrary<Choose> = fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }).map((numbers) => {
  let at = 0;
  return (count) => numbers[at++ % numbers.length]! % count;
});

const input = { yes: true };
const begin = (plan: Plan, script: Script) => SimulatedRun.start(plan, script, input);

/** What is the same however the run came there: no instants. */
function essence({ status, steps, output, error }: Run) {
  const timeless = Object.entries(steps).map(([id, { status, attempt, output, error }]) => ({
    id,
    status,
    attempt,
    output,
    error,
  }));
  return { status, output, error, steps: timeless };
}

describe('random workflows in random order', () => {
  it('end, and keep every invariant on the way', () => {
    fc.assert(
      fc.property(anyPlan, anyScript, anyOrder, (plan, script, order) => {
        const run = begin(plan, script).drive(order);
        expect(['succeeded', 'failed']).toContain(run.status);
      }),
      { numRuns: 300 },
    );
  });

  it('end the same, in whatever order attempts end', () => {
    fc.assert(
      fc.property(orderlessPlan, anyScript, anyOrder, anyOrder, (plan, script, one, other) => {
        expect(essence(begin(plan, script).drive(one))).toEqual(essence(begin(plan, script).drive(other)));
      }),
      { numRuns: 100 },
    );
  });

  it('are, after every event, what their log folds to', () => {
    fc.assert(
      fc.property(anyPlan, anyScript, anyOrder, (plan, script, order) => {
        const simulated = begin(plan, script);
        while (!simulated.ended) {
          simulated.move(order);
          const stored = JSON.parse(JSON.stringify(simulated.log)) as RunEvent[];
          expect(foldRun(plan, 'r', stored)).toEqual(simulated.run);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are not moved by any event of their log that comes again', () => {
    fc.assert(
      fc.property(anyPlan, anyScript, anyOrder, fc.nat(30), (plan, script, order, cancelAt) => {
        const simulated = begin(plan, script);
        for (let n = 0; !simulated.ended; n++) {
          simulated.move(order);
          if (n === cancelAt) simulated.apply({ type: 'RunCancelRequested', at: 1e6 });
          for (const event of simulated.log) {
            const again = advance(simulated.run, event);
            if (again.run !== simulated.run || again.commands.length > 0)
              throw new Error(`moved by ${JSON.stringify(event)}`);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('end when they are cancelled or run out of time at any point, and start nothing after it', () => {
    const stops: RunEvent[] = [
      { type: 'RunCancelRequested', at: 1e9, by: 'ann' },
      { type: 'TimerFired', at: 1e9, timer: { kind: 'runTimeout' } },
    ];
    fc.assert(
      fc.property(
        anyPlan,
        anyScript,
        anyOrder,
        fc.nat(20),
        fc.constantFrom(...stops),
        (plan, script, order, moves, stop) => {
          const simulated = begin(plan, script);
          for (let n = 0; n < moves && !simulated.ended; n++) simulated.move(order);
          if (!simulated.apply(stop)) return;
          const before = simulated.log.length;
          const run = simulated.drive(order);
          expect(run.status).toBe(stop.type === 'TimerFired' ? 'failed' : 'cancelled');
          const begun = simulated.log
            .slice(before)
            .flatMap((event) => (event.type === 'StepStarted' ? [event.step] : []));
          expect(begun.filter((step) => !plan.finally.has(step))).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a replica that takes a run over', () => {
  it('brings it to the same end, wherever in the log the crash was', () => {
    fc.assert(
      fc.property(orderlessPlan, anyScript, anyOrder, (plan, script, order) => {
        const whole = begin(plan, script);
        const wanted = essence(whole.drive(order));
        for (let cut = 1; cut < whole.log.length; cut++) {
          const resumed = SimulatedRun.resume(plan, script, whole.log.slice(0, cut));
          if (!resumed.ended) resumed.drive(order);
          expect(essence(resumed.run)).toEqual(wanted);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('brings it to the same end through one crash after another', () => {
    fc.assert(
      fc.property(orderlessPlan, anyScript, anyOrder, (plan, script, order) => {
        const wanted = essence(begin(plan, script).drive());
        let simulated = begin(plan, script);
        for (let crashes = 0; !simulated.ended; crashes++) {
          if (crashes > 300) throw new Error('the crashes keep the run from its end');
          // As many moves in one life as all steps and items need to start, and one more: less would let none of them end.
          const starts = plan.steps.size + [...leaves(simulated.run)].length;
          for (let moves = 0; moves <= starts && !simulated.ended; moves++) simulated.move(order);
          if (!simulated.ended) simulated = SimulatedRun.resume(plan, script, simulated.log);
        }
        expect(essence(simulated.run)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('repeats no step whose result is in the log (P2)', () => {
    fc.assert(
      fc.property(anyPlan, anyScript, anyOrder, fc.nat(40), (plan, script, order, cut) => {
        const whole = begin(plan, script);
        whole.drive(order);
        const log = whole.log.slice(0, 1 + (cut % whole.log.length));
        const ended = new Set<string>();
        for (const event of log) {
          if (event.type === 'StepSucceeded' || event.type === 'StepFailed')
            ended.add(`${event.step}/${event.attempt}`);
          if (event.type === 'StepRetryScheduled') ended.add(`${event.step}/${event.attempt}`);
        }
        const watched: Script = (step, attempt) => {
          if (ended.has(`${step}/${attempt}`)) throw new Error(`${step}/${attempt} is executed again`);
          return script(step, attempt);
        };
        const resumed = SimulatedRun.resume(plan, watched, log);
        if (!resumed.ended) resumed.drive(order);
      }),
      { numRuns: 150 },
    );
  });
});

describe('events that nobody would send', () => {
  const step = fc.constantFrom('s0', 's1', 's2', 's3', 's0[0]', 's1[1]', 's0[7]', 'z0', 'nobody');
  const attempt = fc.integer({ min: -1, max: 4 });
  const at = fc.nat(1000);
  const error = fc.constantFrom(...ends.slice(3)).map((type) => failure(type as ErrorType));
  const anyEvent = fc.oneof(
    fc.record({ type: fc.constant('RunStarted' as const), at }),
    fc.record({ type: fc.constant('StepStarted' as const), at, step, attempt }),
    fc.record({ type: fc.constant('StepSucceeded' as const), at, step, attempt, output: fc.jsonValue() }),
    fc.record({ type: fc.constant('StepFailed' as const), at, step, attempt, error }),
    fc.record({ type: fc.constant('StepRetryScheduled' as const), at, step, attempt, error, dueAt: at }),
    fc.record({ type: fc.constant('StepSkipped' as const), at, step, reason: fc.constant('') }),
    fc.record({
      type: fc.constant('TimerFired' as const),
      at,
      timer: fc.record({ kind: fc.constant('retry' as const), step, attempt }),
    }),
    fc.record({ type: fc.constant('RunTakenOver' as const), at, epoch: at }),
    fc.record({ type: fc.constant('StepStarted' as const), at, step, attempt, items: fc.array(fc.nat(3)) }),
    fc.record({ type: fc.constant('StepWaiting' as const), at, step, wait: fc.constant({ kind: 'event' as const }) }),
    fc.record({ type: fc.constant('EventReceived' as const), at, step, event: fc.jsonValue() }),
    fc.record({ type: fc.constant('ChildStarted' as const), at, step, child: fc.constant('c') }),
    fc.record({ type: fc.constant('RunPaused' as const), at }),
    fc.record({ type: fc.constant('RunResumed' as const), at }),
    fc.record({ type: fc.constant('RunCancelRequested' as const), at, force: fc.boolean() }),
  );

  it('leave the counts true and every finished run finished', () => {
    fc.assert(
      fc.property(anyPlan, fc.array(anyEvent, { maxLength: 60 }), (plan, events) => {
        let run = foldRun(plan, 'r', [
          { type: 'RunCreated', at: 0, workflow: 'flow', version: 'v1', input, trigger: { kind: 'manual' } },
        ]);
        for (const event of deepFreeze(events) as RunEvent[]) {
          run = deepFreeze(advance(run, event).run);
          const count = (status: string) => [...leaves(run)].filter(([, one]) => one.status === status).length;
          expect([run.inFlight, run.retrying, run.waiting]).toEqual(['running', 'retrying', 'waiting'].map(count));
          const open = Object.values(run.steps).filter((one) => !isSettled(one)).length;
          expect(run.unsettled + run.unsettledFinally).toBe(open);
          expect(run.activeSince !== undefined).toBe(run.inFlight > 0);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('large workflows', () => {
  const works: Script = () => ({ ok: true, output: 1 });
  const chainOf = (size: number, first = {}) =>
    planOf(
      Object.fromEntries(Array.from({ length: size }, (_, n) => [`s${n}`, n === 0 ? first : { needs: [`s${n - 1}`] }])),
    );

  it('a chain of 1,000 steps', () => {
    const simulated = begin(chainOf(1000), works);
    while (!simulated.ended) simulated.move(() => 0);
    expect(simulated.run.status).toBe('succeeded');
    expect(simulated.log).toHaveLength(2 + 2000 + 1);
  });

  it('a chain of 1,000 steps that are all skipped in one go', () => {
    const run = begin(chainOf(1000, { if: false }), works).run;
    expect(run.status).toBe('succeeded');
  });

  it('1,000 steps beside each other that one step waits for', () => {
    const wide = Object.fromEntries(Array.from({ length: 998 }, (_, n) => [`s${n}`, { needs: ['first'] }]));
    const plan = planOf({ first: {}, ...wide, last: { needs: Object.keys(wide) } });
    expect(begin(plan, works).drive().status).toBe('succeeded');
  });

  it('20 layers of 20 steps, each of which needs the whole layer before', () => {
    const steps: Record<string, { needs: string[] }> = {};
    const layer = (n: number) => (n < 0 ? [] : Array.from({ length: 20 }, (_, m) => `s${n}x${m}`));
    for (let n = 0; n < 20; n++) for (const id of layer(n)) steps[id] = { needs: layer(n - 1) };
    expect(begin(planOf(steps), works).drive().status).toBe('succeeded');
  });
});
