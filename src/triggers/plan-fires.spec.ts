import type { CatchUp } from '@commandcenter/sdk/definition';
import { planFires } from './plan-fires.js';

const at = (time: string) => new Date(`2026-05-01T${time}Z`);
const time = (date: Date | null | undefined) => date?.toISOString().slice(11, 19);
const plan = (cron: string, nextAt: string, now: string, catchUp: CatchUp = 'none') => {
  const { fires, nextAt: next, skippedFrom } = planFires({ cron, timezone: 'UTC' }, at(nextAt), at(now), catchUp);
  return { fires: fires.map(time), next: time(next), skippedFrom: time(skippedFrom) };
};

describe('planFires', () => {
  test.each([
    ['on time', '*/5 * * * *', '12:00:00', '12:00:00', ['12:00:00'], '12:05:00', undefined],
    ['a little late', '*/5 * * * *', '12:00:00', '12:00:59.999', ['12:00:00'], '12:05:00', undefined],
    ['a minute late is missed', '*/5 * * * *', '12:00:00', '12:01:00', [], '12:05:00', '12:00:00'],
    ['missed, and the latest is current', '*/5 * * * *', '09:00:00', '12:00:30', ['12:00:00'], '12:05:00', '09:00:00'],
    [
      'every second, three behind',
      '* * * * * *',
      '12:00:00',
      '12:00:02',
      ['12:00:00', '12:00:01', '12:00:02'],
      '12:00:03',
      undefined,
    ],
    ['asked too early', '*/5 * * * *', '12:05:00', '12:04:59', [], '12:05:00', undefined],
  ])('%s', (_, cron, nextAt, now, fires, next, skippedFrom) => {
    expect(plan(cron, nextAt, now)).toEqual({ fires, next, skippedFrom });
  });

  test('after a long stop a line with seconds starts its last minute, not its years', () => {
    const { fires, nextAt } = planFires({ cron: '* * * * * *', timezone: 'UTC' }, new Date(0), at('12:00:00'), 'none');
    expect(fires).toHaveLength(60);
    expect(fires[0]).toEqual(at('11:59:01'));
    expect(nextAt).toEqual(at('12:00:01'));
  });

  test('a line that has fired for the last time has no next', () => {
    expect(plan('0 0 30 2 *', '12:00:00', '12:00:10')).toEqual({ fires: [], next: undefined, skippedFrom: undefined });
  });

  const everyFive = ['11:45:00', '11:50:00', '11:55:00', '12:00:00'];
  test.each<[CatchUp, string, string, string, string[], string | undefined]>([
    [
      'latest',
      'nothing is missed: all that is late starts',
      '11:59:58',
      '12:00:00',
      ['11:59:58', '11:59:59', '12:00:00'],
      undefined,
    ],
    [
      'all',
      'nothing is missed: all that is late starts',
      '11:59:58',
      '12:00:00',
      ['11:59:58', '11:59:59', '12:00:00'],
      undefined,
    ],
    ['latest', 'of many the last', '09:00:00', '12:00:00', ['12:00:00'], '09:00:00'],
  ])('catchUp %s: %s', (catchUp, _, nextAt, now, fires, skippedFrom) => {
    expect(plan('* * * * * *', nextAt, now, catchUp)).toEqual({ fires, next: '12:00:01', skippedFrom });
  });

  test('catchUp of a line that was missed', () => {
    const missed = (catchUp: CatchUp) => plan('*/5 * * * *', '11:45:00', '12:04:59', catchUp);
    expect(missed('none')).toEqual({ fires: [], next: '12:05:00', skippedFrom: '11:45:00' });
    expect(missed('latest')).toEqual({ fires: ['12:00:00'], next: '12:05:00', skippedFrom: '11:45:00' });
    expect(missed('all')).toEqual({ fires: everyFive, next: '12:05:00', skippedFrom: undefined });
    // One missed fire is not skipped.
    expect(plan('0 * * * *', '11:00:00', '11:30:00', 'latest')).toEqual({
      fires: ['11:00:00'],
      next: '12:00:00',
      skippedFrom: undefined,
    });
  });

  test('catchUp all starts the last 1,000, in turns of 120 that go on where the one before ended', () => {
    const line = { cron: '* * * * * *', timezone: 'UTC' };
    const started: Date[] = [];
    let next: Date | null = new Date(0);
    let turns = 0;
    for (; next !== null && next <= at('12:00:00'); turns++) {
      const turn = planFires(line, next, at('12:00:00'), 'all');
      expect(turn).toMatchObject({ catchesUp: turns < 8, skippedFrom: turns === 0 ? new Date(0) : undefined });
      started.push(...turn.fires);
      next = turn.nextAt;
    }
    expect([turns, next, started.length]).toEqual([9, at('12:00:01'), 1_000]);
    expect(started[0]).toEqual(at('11:43:21'));
    expect(new Set(started.map(Number)).size).toBe(1_000);
  });

  test('catchUp through a night in which the clocks change', () => {
    const caughtUp = (timezone: string, nextAt: string, now: string, catchUp: CatchUp) =>
      planFires({ cron: '30 2 * * *', timezone }, new Date(nextAt), new Date(now), catchUp).fires.map((fire) =>
        fire.toISOString().slice(0, 16),
      );
    const spring = ['2026-03-28T01:30Z', '2026-03-30T12:00Z'] as const;
    expect(caughtUp('Europe/Zurich', ...spring, 'all')).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(caughtUp('Europe/Zurich', '2026-03-28T01:30Z', '2026-03-29T12:00Z', 'latest')).toEqual(['2026-03-29T01:00']);
    const autumn = ['2026-10-24T00:30Z', '2026-10-26T12:00Z'] as const;
    expect(caughtUp('Europe/Zurich', ...autumn, 'all')).toEqual([
      '2026-10-24T00:30',
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    // Asked in the hour that the clocks show a second time.
    expect(caughtUp('Europe/Zurich', '2026-10-24T00:30Z', '2026-10-25T01:45Z', 'latest')).toEqual(['2026-10-25T00:30']);
  });
});
