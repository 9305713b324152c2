import { created, failure, planOf, type Steps } from '../../test/support/plans.js';
import type { RunEvent } from './events.js';
import { foldRun } from './fold.js';
import { needsStatus } from './needs.js';

/** `failed`, `cancelled`, `skipped` or `succeeded` of each step but the last, which is asked. */
function ask(steps: Steps, ends: Record<string, string>) {
  const plan = planOf(steps);
  const log: RunEvent[] = [created(), { type: 'RunStarted', at: 1 }];
  for (const [step, end] of Object.entries(ends)) {
    if (end === 'skipped') log.push({ type: 'StepSkipped', at: 2, step, reason: '' });
    else {
      log.push({ type: 'StepStarted', at: 2, step, attempt: 1 });
      if (end === 'succeeded') log.push({ type: 'StepSucceeded', at: 3, step, attempt: 1, output: null });
      else
        log.push({
          type: 'StepFailed',
          at: 3,
          step,
          attempt: 1,
          error: failure(end === 'failed' ? 'terminal' : 'cancelled'),
        });
    }
  }
  return needsStatus(foldRun(plan, 'r', log), [...plan.steps.values()].at(-1)!);
}

const two = { a: {}, b: {}, z: { needs: ['a', 'b'] } };
const soft = { a: { continueOnError: true }, z: { needs: ['a'] } };

describe('what a step is told about its needs', () => {
  it.each<[string, Steps, Record<string, string>, { success: boolean; failure: boolean; skipped: boolean }]>([
    ['no needs', { z: {} }, {}, { success: true, failure: false, skipped: false }],
    ['all worked', two, { a: 'succeeded', b: 'succeeded' }, { success: true, failure: false, skipped: false }],
    ['one failed', two, { a: 'succeeded', b: 'failed' }, { success: false, failure: true, skipped: false }],
    ['one cancelled', two, { a: 'cancelled', b: 'succeeded' }, { success: false, failure: true, skipped: false }],
    ['one skipped', two, { a: 'skipped', b: 'succeeded' }, { success: true, failure: false, skipped: true }],
    ['skipped and failed', two, { a: 'skipped', b: 'failed' }, { success: false, failure: true, skipped: true }],
    ['failed, and continues', soft, { a: 'failed' }, { success: true, failure: false, skipped: false }],
  ])('%s', (_, steps, ends, answer) => {
    expect(ask(steps, ends)).toEqual({ ...answer, needFailed: answer.failure });
  });

  it('reaches through any number of skipped steps', () => {
    const chain = { a: {}, b: { needs: ['a'] }, c: { needs: ['b'] }, z: { needs: ['c'] } };
    expect(ask(chain, { a: 'failed', b: 'skipped', c: 'skipped' })).toMatchObject({ success: false, failure: true });
    expect(ask(chain, { a: 'succeeded', b: 'skipped', c: 'skipped' })).toMatchObject({ success: true, skipped: true });
  });

  it('stops at a step that ran', () => {
    const chain = { a: {}, b: { needs: ['a'], if: 'always()' }, z: { needs: ['b'] } };
    expect(ask(chain, { a: 'failed', b: 'succeeded' })).toMatchObject({
      success: true,
      failure: false,
      skipped: false,
    });
  });

  it('looks at every step of layered diamonds once', () => {
    const steps: Record<string, { needs: string[] }> = { l0a: { needs: [] }, l0b: { needs: [] } };
    const ends: Record<string, string> = { l0a: 'skipped', l0b: 'skipped' };
    for (let layer = 1; layer < 40; layer++) {
      for (const side of 'ab') {
        steps[`l${layer}${side}`] = { needs: [`l${layer - 1}a`, `l${layer - 1}b`] };
        ends[`l${layer}${side}`] = 'skipped';
      }
    }
    // 2^40 paths lead back to the first layer: this returns only when none is walked twice.
    expect(ask({ ...steps, z: { needs: ['l39a', 'l39b'] } }, ends)).toMatchObject({
      success: true,
      failure: false,
      skipped: true,
    });
  });
});
