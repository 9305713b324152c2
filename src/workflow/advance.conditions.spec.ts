import { began, due, end, later, start, when, worked } from '../../test/support/given-when.js';
import { planOf } from '../../test/support/plans.js';
import { SimulatedRun } from '../../test/support/simulated-run.js';

describe('if, as in GitHub Actions', () => {
  // What a's end and b's `if` make of b. Without a status function the condition means success() && (...).
  const table: [string, string | boolean | undefined, string, string, string][] = [
    //  a ends as     b's if                          a, then b                    run
    ['succeeded', undefined, 'a:succeeded b:succeeded', 'succeeded', 'no condition'],
    ['terminal', undefined, 'a:failed b:skipped', 'failed', 'no condition'],
    ['cancelled', undefined, 'a:cancelled b:skipped', 'failed', 'no condition'],
    ['skipped', undefined, 'a:skipped b:skipped', 'succeeded', 'no condition'],
    ['succeeded', true, 'a:succeeded b:succeeded', 'succeeded', 'true'],
    ['terminal', true, 'a:failed b:skipped', 'failed', 'true means success() && true'],
    ['skipped', true, 'a:skipped b:skipped', 'succeeded', 'true means success() && true'],
    ['succeeded', false, 'a:succeeded b:skipped', 'succeeded', 'false'],
    ['succeeded', 'success()', 'a:succeeded b:succeeded', 'succeeded', 'success()'],
    ['terminal', 'success()', 'a:failed b:skipped', 'failed', 'success()'],
    ['cancelled', 'success()', 'a:cancelled b:skipped', 'failed', 'success()'],
    ['skipped', 'success()', 'a:skipped b:succeeded', 'succeeded', 'a skipped need has not failed'],
    ['succeeded', 'failure()', 'a:succeeded b:skipped', 'succeeded', 'failure()'],
    ['terminal', 'failure()', 'a:failed b:succeeded', 'failed', 'failure()'],
    ['cancelled', 'failure()', 'a:cancelled b:succeeded', 'failed', 'failure()'],
    ['skipped', 'failure()', 'a:skipped b:skipped', 'succeeded', 'failure()'],
    ['succeeded', 'always()', 'a:succeeded b:succeeded', 'succeeded', 'always()'],
    ['terminal', 'always()', 'a:failed b:succeeded', 'failed', 'always()'],
    ['cancelled', 'always()', 'a:cancelled b:succeeded', 'failed', 'always()'],
    ['skipped', 'always()', 'a:skipped b:succeeded', 'succeeded', 'always()'],
    ['terminal', '!success()', 'a:failed b:succeeded', 'failed', '!success()'],
    ['terminal', 'always() && input.no', 'a:failed b:skipped', 'failed', 'always() && ...'],
    ['succeeded', 'input.yes', 'a:succeeded b:succeeded', 'succeeded', 'a condition on the input'],
    ['terminal', 'input.yes', 'a:failed b:skipped', 'failed', 'a condition without status function'],
    ['terminal', "steps.a.status == 'failed' && failure()", 'a:failed b:succeeded', 'failed', 'the status as data'],
    ['succeeded', "steps.a.output == 'a done'", 'a:succeeded b:succeeded', 'succeeded', 'the output as data'],
  ];

  it.each(table)('a ends as %s, b has if %s -> %s, run %s (%s)', (a, condition, steps, status) => {
    const first = a === 'skipped' ? { if: false } : {};
    const second = { needs: ['a'], ...(condition !== undefined && { if: condition }) };
    const outcome = a === 'terminal' || a === 'cancelled' ? { a } : {};
    expect(end({ a: first, b: second }, outcome as never, {}, { yes: true, no: false })).toBe(`${steps} -> ${status}`);
  });

  it('skips along a chain', () => {
    const chain = { a: {}, b: { needs: ['a'] }, c: { needs: ['b'] }, d: { needs: ['c'] } };
    expect(end(chain, { a: 'terminal' })).toBe('a:failed b:skipped c:skipped d:skipped -> failed');
  });

  it('sees a failure through skipped steps', () => {
    const chain = {
      a: {},
      b: { needs: ['a'] },
      c: { needs: ['b'], if: 'failure()' },
      d: { needs: ['b'], if: 'success()' },
    };
    expect(end(chain, { a: 'terminal' })).toBe('a:failed b:skipped c:succeeded d:skipped -> failed');
  });

  it('does not see a failure through a step that ran in spite of it', () => {
    const chain = { a: {}, b: { needs: ['a'], if: 'always()' }, c: { needs: ['b'] } };
    expect(end(chain, { a: 'terminal' })).toBe('a:failed b:succeeded c:succeeded -> failed');
  });

  it('needs one failed need of many for failure(), none for success()', () => {
    const steps = {
      a: {},
      b: {},
      c: { needs: ['a', 'b'], if: 'failure()' },
      d: { needs: ['a', 'b'], if: 'success()' },
    };
    expect(end(steps, { b: 'terminal' })).toBe('a:succeeded b:failed c:succeeded d:skipped -> failed');
    expect(end(steps)).toBe('a:succeeded b:succeeded c:skipped d:succeeded -> succeeded');
  });

  it('skips a step of which one need was skipped and one worked', () => {
    const steps = { a: { if: false }, b: {}, c: { needs: ['a', 'b'] } };
    expect(end(steps)).toBe('a:skipped b:succeeded c:skipped -> succeeded');
  });

  it('does not look further than a failure that continueOnError turned into data', () => {
    const steps = {
      a: { continueOnError: true },
      b: { needs: ['a'] },
      c: { needs: ['a'], if: 'failure()' },
      d: { needs: ['a'], if: "steps.a.error.code == 'CC_STEP_FAILED'" },
    };
    expect(end(steps, { a: 'terminal' })).toBe('a:failed b:succeeded c:skipped d:succeeded -> succeeded');
  });

  it('takes continueOnError for a cancelled step too', () => {
    expect(end({ a: { continueOnError: true }, b: { needs: ['a'] } }, { a: 'cancelled' })).toBe(
      'a:cancelled b:succeeded -> succeeded',
    );
  });

  it('is asked once: an attempt after a failed one does not ask again', () => {
    const plan = planOf({ a: { if: 'input.n == 1', retry: { attempts: 2 } } });
    const { commands } = when(plan, [start, began('a'), later('a')], due('a'), { n: 1 });
    expect(commands).toEqual(['invoke a 2']);
  });
});

describe('a condition that cannot be evaluated', () => {
  const plan = planOf({ a: {}, b: { needs: ['a'], if: 'steps.a.output.missing.deeper == 1' }, c: { needs: ['b'] } });

  it('fails its step, with the reason', () => {
    expect(when(plan, [start, began('a')], worked('a', {})).commands).toEqual(['fail b: CC_EXPRESSION_FAILED']);
  });

  it('fails the run, and what needs the step is skipped', () => {
    const run = SimulatedRun.start(plan, () => ({ ok: true, output: {} })).drive();
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'CC_EXPRESSION_FAILED', step: 'b', type: 'terminal' },
    });
    expect(run.steps).toMatchObject({ b: { status: 'failed', attempt: 0 }, c: { status: 'skipped' } });
  });

  it('fails its step when the answer is not true or false', () => {
    const notBoolean = planOf({ a: { if: 'input.text' } });
    expect(when(notBoolean, [], start, { text: 'yes' }).commands).toEqual(['fail a: CC_EXPRESSION_FAILED']);
  });

  it('is data when the step continues on error', () => {
    const steps = { a: { if: 'input.none.deeper', continueOnError: true }, b: { needs: ['a'] } };
    expect(end(steps)).toBe('a:failed b:succeeded -> succeeded');
  });
});
