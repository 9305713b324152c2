import { failure, planOf, queued, type Steps } from '../../test/support/plans.js';
import { isSettled } from './changes.js';
import { keptSteps } from './kept-steps.js';
import type { Plan } from './plan.js';
import type { Run, StepState } from './run.js';

const good = (output: unknown = 1): StepState => ({ status: 'succeeded', attempt: 1, output, startedAt: 10, finishedAt: 20 }); // prettier-ignore
const bad: StepState = { status: 'failed', attempt: 1, error: failure('terminal') };
const skipped: StepState = { status: 'skipped', attempt: 0, finishedAt: 20 };
const cut: StepState = { status: 'cancelled', attempt: 1, error: failure('cancelled') };

/** A run of the plan that ended with these states. */
const ended = (plan: Plan, steps: Readonly<Record<string, StepState>>): Run => ({ ...queued(plan), status: 'failed', steps }); // prettier-ignore

const diamond = planOf({ a: {}, b: { needs: ['a'] }, c: { needs: ['a'] }, d: { needs: ['b', 'c'] } });
const all = { a: good(), b: good(), c: good(), d: good() };

describe('a rerun from a step keeps', () => {
  it.each([
    ['a', []],
    ['b', ['a', 'c']],
    ['d', ['a', 'b', 'c']],
  ])('from %s all that does not need it: %j', (from, kept) => {
    expect(Object.keys(keptSteps(ended(diamond, all), diamond, from))).toEqual(kept);
  });

  it.each<[string, StepState, string[]]>([
    ['failed', bad, ['a', 'c']],
    ['was cancelled', cut, ['a', 'c']],
    ['had not begun', { status: 'pending', attempt: 0 }, ['a', 'c']],
    ['was skipped', skipped, ['a', 'b', 'c']],
  ])('what a step that %s came to, or not', (_, b, kept) => {
    expect(Object.keys(keptSteps(ended(diamond, { ...all, b }), diamond, 'd'))).toEqual(kept);
  });

  it('a failure that the workflow allows', () => {
    const plan = planOf({ a: { continueOnError: true }, b: { needs: ['a'], if: 'always()' }, c: { needs: ['b'] } });
    expect(keptSteps(ended(plan, { a: bad, b: good(), c: bad }), plan, 'c')).toEqual({ a: bad, b: good() });
  });

  it('the items of a list with their step', () => {
    const plan = planOf({ each: { forEach: '${{ input.list }}', uses: 'test.do' }, b: { needs: ['each'] } });
    const each = { ...good([1, 2]), list: ['x', 'y'], items: [good(1), good(2)] };
    expect(keptSteps(ended(plan, { each, b: bad }), plan, 'b')).toEqual({ each });
  });

  it('no approval, and nothing that needs one: what was allowed is the run before', () => {
    const ask = { approval: { message: 'Go?' } };
    const plan = planOf({ a: {}, ask: { needs: ['a'], ...ask }, b: { needs: ['ask'] }, act: { needs: ['b'] }, z: {} });
    const before = ended(plan, { a: good(), ask: good(), b: good(), act: good(), z: good() });
    expect(Object.keys(keptSteps(before, plan, 'act')).sort()).toEqual(['a', 'z']);
    expect(Object.keys(keptSteps(before, plan, 'z'))).toEqual(['a']);
  });

  it('no step of finally', () => {
    const plan = planOf({ a: {}, b: {} }, { finally: { tidy: {} } });
    expect(Object.keys(keptSteps(ended(plan, { a: good(), b: bad, tidy: good() }), plan, 'b'))).toEqual(['a']);
  });
});

describe('a rerun on a newer version', () => {
  const before = ended(diamond, all);

  it('ignores steps that are there no more', () => {
    const plan = planOf({ a: {}, d: { needs: ['a'] } });
    expect(Object.keys(keptSteps(before, plan, 'd'))).toEqual(['a']);
  });

  it('does new steps, and all that need them', () => {
    const plan = planOf({
      a: {},
      fresh: {},
      b: { needs: ['a', 'fresh'] },
      c: { needs: ['a'] },
      d: { needs: ['b', 'c'] },
    });
    expect(Object.keys(keptSteps(before, plan, 'd'))).toEqual(['a', 'c']);
  });

  it('asks where a step is an approval there, also one that was skipped or was something else before', () => {
    const plan = planOf({ a: {}, b: { approval: { message: 'Go?' } }, c: { approval: { message: 'Go?' } }, z: {} });
    const was = ended(diamond, { ...all, c: skipped });
    expect(Object.keys(keptSteps(was, plan, 'z'))).toEqual(['a']);
  });

  it('does a step that was one of finally before', () => {
    const was = ended(planOf({ a: {} }, { finally: { tidy: {} } }), { a: good(), tidy: good() });
    expect(Object.keys(keptSteps(was, planOf({ a: {}, tidy: {}, z: {} }), 'z'))).toEqual(['a']);
  });

  it('knows no step by the name of something every object has', () => {
    const plan = planOf({ a: {}, constructor: {}, z: {} });
    expect(Object.keys(keptSteps(before, plan, 'z'))).toEqual(['a']);
  });
});

describe('whatever the workflow and the run before', () => {
  it('no kept step needs one that is not kept, none is open, and from and all that need it are done again', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const random = mulberry(seed);
      const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
      const ids = Array.from({ length: 2 + Math.floor(random() * 8) }, (_, n) => `s${n}`);
      const plan = planOf(stepsOf(ids, random));
      const older = planOf(stepsOf(ids.filter(() => random() < 0.8).concat('gone'), random));
      const states = [good(), good(), good(), bad, skipped, cut, { status: 'pending', attempt: 0 } as const];
      const before = ended(older, Object.fromEntries([...older.steps.keys()].map((id) => [id, one(states)])));
      const from = one(ids);
      const kept = keptSteps(before, plan, from);
      for (const [id, state] of Object.entries(kept)) {
        const step = plan.steps.get(id)!;
        expect([seed, id, step.needs.filter((need) => !Object.hasOwn(kept, need))]).toEqual([seed, id, []]);
        expect(isSettled(state) && older.steps.has(id) && id !== from && step.kind !== 'approval').toBe(true);
        if (state.status === 'failed') expect(step.continueOnError).toBe(true);
      }
      // And it is all that may be kept: what is left out is `from`, an approval, not good, or needs what is left out.
      for (const step of plan.steps.values()) {
        if (Object.hasOwn(kept, step.id) || step.id === from || step.kind === 'approval') continue;
        const state = before.steps[step.id];
        const usable = state?.status === 'succeeded' || state?.status === 'skipped' || (state?.status === 'failed' && step.continueOnError); // prettier-ignore
        expect([seed, step.id, usable && step.needs.every((need) => Object.hasOwn(kept, need))]).not.toEqual([seed, step.id, true]); // prettier-ignore
      }
    }
  });
});

function stepsOf(ids: readonly string[], random: () => number): Steps {
  const entries = ids.map((id, n) => {
    const needs = ids.slice(0, n).filter(() => random() < 0.4);
    const kind = random() < 0.2 && { approval: { message: 'Go?' } };
    return [id, { needs, continueOnError: random() < 0.3, ...kind }] as const;
  });
  return Object.fromEntries(entries);
}

/** A small generator with a seed: a failure names the one it came from. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
