import type { RunEvent } from '../../workflow/index.js';
import { fromRow, joins, toRow } from './event-rows.js';

const started: RunEvent = { type: 'StepStarted', at: 10, step: 'a', attempt: 1 };
const succeeded: RunEvent = { type: 'StepSucceeded', at: 20, step: 'a', attempt: 1, output: { n: 1 } };
const failed: RunEvent = {
  type: 'StepFailed',
  at: 20,
  step: 'a',
  attempt: 1,
  error: { type: 'terminal', code: 'CC_STEP_FAILED', message: 'no' },
};

const read = (row: ReturnType<typeof toRow>) => fromRow({ ...row, at: new Date(row.at) });

describe('rows of the log', () => {
  it.each<RunEvent>([started, succeeded, failed, { type: 'RunSucceeded', at: 1, output: null }])(
    'give back $type',
    (event) => {
      expect(read(toRow({ seq: 7, event }))).toEqual([{ seq: 7, event }]);
    },
  );

  it.each([succeeded, failed])('hold a start and $type', (event) => {
    expect(read(toRow({ seq: 7, event, startedAt: 10 }))).toEqual([
      { seq: 6, event: started },
      { seq: 7, event },
    ]);
  });

  it('take the JSON of an output as it is', () => {
    const row = toRow({ seq: 7, event: succeeded, text: '{"n":1}', startedAt: 10 });
    expect(read(row).at(-1)).toEqual({ seq: 7, event: succeeded });
  });

  it('join only the start of the same attempt', () => {
    expect(joins(started, succeeded)).toBe(true);
    expect(joins(started, { ...succeeded, attempt: 2 })).toBe(false);
    expect(joins(started, { ...succeeded, step: 'b' })).toBe(false);
    expect(joins(started, { ...started, attempt: 1 })).toBe(false);
    expect(joins(undefined, succeeded)).toBe(false);
    expect(joins(started, { type: 'RunFailed', at: 1, error: { type: 'limit', code: 'X', message: '' } })).toBe(false);
  });
});
