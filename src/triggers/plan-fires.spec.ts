import { planFires } from './plan-fires.js';

const at = (time: string) => new Date(`2026-05-01T${time}Z`);
const plan = (cron: string, nextAt: string, now: string) => {
  const { fires, nextAt: next, missedFrom } = planFires({ cron, timezone: 'UTC' }, at(nextAt), at(now));
  const time = (date: Date | null | undefined) => date?.toISOString().slice(11, 19);
  return { fires: fires.map(time), next: time(next), missedFrom: time(missedFrom) };
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
  ])('%s', (_, cron, nextAt, now, fires, next, missedFrom) => {
    expect(plan(cron, nextAt, now)).toEqual({ fires, next, missedFrom });
  });

  test('after a long stop a line with seconds starts its last minute, not its years', () => {
    const { fires, nextAt } = planFires({ cron: '* * * * * *', timezone: 'UTC' }, new Date(0), at('12:00:00'));
    expect(fires).toHaveLength(60);
    expect(fires[0]).toEqual(at('11:59:01'));
    expect(nextAt).toEqual(at('12:00:01'));
  });

  test('a line that has fired for the last time has no next', () => {
    expect(plan('0 0 30 2 *', '12:00:00', '12:00:10')).toEqual({ fires: [], next: undefined, missedFrom: undefined });
  });
});
