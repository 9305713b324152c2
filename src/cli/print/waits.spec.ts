import type { RunView, StepView, WaitView } from '../hub/shapes.js';
import { waitsText } from './waits.js';

const now = Date.UTC(2026, 10, 23, 6, 30);
const inHours = (hours: number): string => new Date(now + hours * 3_600_000).toISOString();
const step = (path: string, uses: string, wait?: WaitView) => ({ id: path, path, uses, wait }) as StepView;
const run = (...steps: StepView[]) => ({ steps }) as unknown as RunView;

describe('what a run waits for', () => {
  it('is a line for each step that waits, with until when', () => {
    const text = waitsText(
      run(
        step('work', 'a.b'),
        step('nap', 'sleep', { kind: 'sleep', until: inHours(2) }),
        step('paid', 'waitFor order.paid', { kind: 'event', until: null }),
        step('checks', 'workflow hold', { kind: 'workflow', until: null, run: 'r2' }),
        step('ok', 'approval', {
          kind: 'approval',
          until: inHours(4),
          message: 'Go\non?',
          approvers: ['role:approver'],
        }),
      ),
      now,
    );
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^nap     until 2026-11-2\d \d\d:30:00 \(in 2 h\)$/),
      'paid    for the event order.paid',
      'checks  for run r2',
      expect.stringMatching(/^ok      for a decision of role:approver  until .* \(in 4 h\)  Go on\?$/),
      '`commandcenter approvals list` has the ids to approve or reject.',
    ]);
  });

  it('is nothing for a run that does not wait, and counted when it is too much', () => {
    expect(waitsText(run(step('work', 'a.b')), now)).toBe('');
    const many = Array.from({ length: 30 }, (_, n) => step(`c[${n}]`, 'workflow x', { kind: 'workflow', until: null, run: `r${n}` })); // prettier-ignore
    expect(waitsText(run(...many), now).split('\n')).toHaveLength(21);
    expect(waitsText(run(...many), now)).toContain('and 10 more');
  });
});
