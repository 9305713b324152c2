import pc from 'picocolors';
import type { RunView, StepView } from '../hub/shapes.js';
import { stepTable } from './step-table.js';

const colours = pc.createColors(false);
const now = Date.UTC(2026, 10, 23, 6, 30);
const at = (msAgo: number): string => new Date(now - msAgo).toISOString();

function step(path: string, status: string, more: Partial<StepView> = {}): StepView {
  return {
    id: path,
    path,
    status,
    attempt: 1,
    uses: 'a.b',
    output: null,
    error: null,
    startedAt: at(2_000),
    finishedAt: null,
    ...more,
  };
}

function run(steps: readonly StepView[]): RunView {
  return {
    id: 'r1', workflow: 'orders', version: 'v', status: 'running', trigger: { kind: 'manual' }, input: null, output: null, error: null,
    createdAt: at(3_000), startedAt: at(3_000), finishedAt: null, traceId: null, cost: { usd: 0, activeSeconds: 0 }, steps,
  }; // prettier-ignore
}

describe('the step table', () => {
  it('shows the run, then each step with status, attempt, time and error', () => {
    const steps = [
      step('fetch', 'succeeded', { finishedAt: at(500) }),
      step('check_all', 'retrying', {
        attempt: 2,
        error: { type: 'retryable', code: 'CC_STEP_FAILED', message: 'no\nanswer' },
      }),
      step('send', 'pending', { attempt: 0, startedAt: null }),
    ];
    expect(stepTable(run(steps), { rows: 20, now, colours })).toBe(
      [
        '▸ orders r1 running  3.0 s  1/3 steps',
        '  ✓ fetch      succeeded  1.5 s',
        '  ↻ check_all  retrying  attempt 2  2.0 s  no answer',
        '  · send       pending',
      ].join('\n'),
    );
  });

  it('never draws more lines than there is room for, and keeps the steps that say most', () => {
    const steps = Array.from({ length: 200 }, (_, index) =>
      step(`s${index}`, index < 150 ? 'succeeded' : index === 150 ? 'running' : index === 151 ? 'failed' : 'pending'),
    );
    const lines = stepTable(run(steps), { rows: 10, now, colours }).split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.join('\n')).toContain('▸ s150 ');
    expect(lines.join('\n')).toContain('✗ s151 ');
    expect(lines.at(-1)).toBe('  192 more: 144 succeeded, 48 pending');
  });

  it('has a step with a thousand items on one line, and a few of those that say most', () => {
    const items = Array.from({ length: 1000 }, (_, n) =>
      step(`each[${n}]`, n === 7 ? 'failed' : n < 500 ? 'succeeded' : n === 500 ? 'running' : 'pending', {
        id: 'each',
      }),
    );
    const text = stepTable(run([step('each', 'running'), ...items, step('after', 'pending')]), {
      rows: 20,
      now,
      colours,
    });
    expect(text.split('\n')).toEqual([
      '▸ orders r1 running  3.0 s  0/2 steps',
      '  ▸ each       running  499 of 1000 done, 1 failed  2.0 s',
      '  ✗ each[7]    failed  2.0 s',
      '  ▸ each[500]  running  2.0 s',
      '  · after      pending  2.0 s',
    ]);
  });
});
