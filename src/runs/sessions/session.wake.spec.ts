import { FakeSessionHost } from '../../../test/support/fake-session-host.js';
import { planOf } from '../../../test/support/plans.js';
import type { RunEvent } from '../../workflow/index.js';

const start: RunEvent = { type: 'RunStarted', at: 10 };
const began: RunEvent = { type: 'StepStarted', at: 20, step: 'a', attempt: 1 };
const taken: RunEvent = { type: 'RunTakenOver', at: 99, from: 'x', epoch: 2 };
const cancel = { id: '1', event: { type: 'RunCancelRequested', at: 50, by: 'ann' } } as const;
const chain = planOf({ a: {}, b: { needs: ['a'] } });

let host: FakeSessionHost;
beforeEach(() => (host = new FakeSessionHost()));

describe('a run that was cancelled before it came here', () => {
  it('starts no step when it was queued', async () => {
    const session = host.open(chain, [], [start], { epoch: 2 }, 3, [cancel]);
    await host.flushAll();
    expect([session.run.status, host.invoked, host.types]).toEqual([
      'cancelled',
      [],
      ['RunStarted', 'RunCancelRequested', 'RunCancelled'],
    ]);
    expect(host.writes.flatMap(({ inbox }) => inbox)).toEqual(['1']);
  });

  it('does not drive again what was in flight', async () => {
    const session = host.open(chain, [start, began], [taken], { epoch: 2, suspect: true }, 3, [cancel]);
    await host.flushAll();
    expect([session.run.status, host.invoked]).toEqual(['cancelled', []]);
    expect(host.types).toEqual(['RunTakenOver', 'RunCancelRequested', 'StepFailed a', 'RunCancelled']);
  });
});

describe('a run that is woken although it is at work', () => {
  it('does nothing twice', async () => {
    const session = host.open(chain, [start]);
    await host.flushAll();
    session.wake();
    await host.flushAll();
    expect(host.invoked).toEqual(['a 1']);
  });
});
