import { CronTime } from 'cron';
import fc from 'fast-check';
import { dueFires, lastFires, nextFire } from './due-fires.js';

const fires = (cron: string, timezone: string, after: string, until: string) =>
  dueFires({ cron, timezone }, new Date(after), new Date(until), 1_000).map((fire) =>
    fire.toISOString().replace('.000Z', 'Z'),
  );

describe('dueFires', () => {
  describe.each([
    // clocks go from 02:00 to 03:00 at 01:00Z on 2026-03-29, from 03:00 to 02:00 at 01:00Z on 2026-10-25
    ['Europe/Zurich', 'before a gap', '30 1 * * *', '2026-03-28T12:00Z', ['2026-03-29T00:30:00Z']],
    ['Europe/Zurich', 'first time of a gap', '0 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00:00Z']],
    ['Europe/Zurich', 'inside a gap', '30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00:00Z']],
    ['Europe/Zurich', 'last second of a gap', '59 59 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00:00Z']],
    ['Europe/Zurich', 'end of a gap', '0 3 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00:00Z']],
    ['Europe/Zurich', 'two fires of one gap', '15,45 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00:00Z']],
    [
      'Europe/Zurich',
      'gap and its end',
      '30 2,3 * * *',
      '2026-03-28T12:00Z',
      ['2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z'],
    ],
    ['Europe/Zurich', 'before an overlap', '59 1 * * *', '2026-10-24T12:00Z', ['2026-10-24T23:59:00Z']],
    ['Europe/Zurich', 'start of an overlap', '0 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:00:00Z']],
    ['Europe/Zurich', 'inside an overlap', '30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:30:00Z']],
    ['Europe/Zurich', 'end of an overlap', '0 3 * * *', '2026-10-24T12:00Z', ['2026-10-25T02:00:00Z']],
    ['Europe/Zurich', 'asked in the second pass', '30 2 * * *', '2026-10-25T01:10Z', []],
    // 02:00 to 03:00 at 07:00Z on 2026-03-08, 02:00 to 01:00 at 06:00Z on 2026-11-01
    ['America/New_York', 'inside a gap', '30 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00:00Z']],
    ['America/New_York', 'end of a gap', '0 3 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00:00Z']],
    ['America/New_York', 'inside an overlap', '30 1 * * *', '2026-10-31T12:00Z', ['2026-11-01T05:30:00Z']],
    ['America/New_York', 'end of an overlap', '0 2 * * *', '2026-10-31T12:00Z', ['2026-11-01T07:00:00Z']],
    // half an hour: 02:00 to 02:30 at 15:30Z on 2026-10-03, 02:00 to 01:30 at 15:00Z on 2026-04-04
    ['Australia/Lord_Howe', 'inside a gap', '15 2 * * *', '2026-10-03T03:00Z', ['2026-10-03T15:30:00Z']],
    ['Australia/Lord_Howe', 'end of a gap', '30 2 * * *', '2026-10-03T03:00Z', ['2026-10-03T15:30:00Z']],
    ['Australia/Lord_Howe', 'before an overlap', '15 1 * * *', '2026-04-04T03:00Z', ['2026-04-04T14:15:00Z']],
    ['Australia/Lord_Howe', 'inside an overlap', '45 1 * * *', '2026-04-04T03:00Z', ['2026-04-04T14:45:00Z']],
    ['Australia/Lord_Howe', 'end of an overlap', '0 2 * * *', '2026-04-04T03:00Z', ['2026-04-04T15:30:00Z']],
    // a whole day never was: 30 December 2011
    ['Pacific/Apia', 'a day that was skipped', '0 12 30 12 *', '2011-12-29T12:00Z', ['2011-12-30T10:00:00Z']],
    ['UTC', 'a night of nobody', '30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T02:30:00Z']],
  ])('%s', (timezone, what, cron, after, expected) => {
    test(`${what}: ${cron}`, () => {
      const until = new Date(Date.parse(after) + 86_400_000).toISOString();
      expect(fires(cron, timezone, after, until)).toEqual(expected);
    });
  });

  test.each([
    [
      'every quarter of an hour over a gap',
      '*/15 * * * *',
      '2026-03-29T00:29Z',
      '2026-03-29T01:15Z',
      ['00:30', '00:45', '01:00', '01:15'],
    ],
    [
      'half past every hour over a gap',
      '30 * * * *',
      '2026-03-29T00:00Z',
      '2026-03-29T02:00Z',
      ['00:30', '01:00', '01:30'],
    ],
    // each wall-clock time once: a line that should go on through the night belongs in UTC
    [
      'every half hour over an overlap',
      '*/30 * * * *',
      '2026-10-24T23:59Z',
      '2026-10-25T02:30Z',
      ['00:00', '00:30', '02:00', '02:30'],
    ],
  ])('in Zurich: %s', (_, cron, after, until, times) => {
    expect(fires(cron, 'Europe/Zurich', after, until).map((fire) => fire.slice(11, 16))).toEqual(times);
  });

  test('seconds run through a gap and stop in the second pass of an overlap', () => {
    const line = { cron: '* * * * * *', timezone: 'Europe/Zurich' };
    const count = (after: string, until: string) => dueFires(line, new Date(after), new Date(until), 100_000).length;
    expect(count('2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z')).toBe(3_600);
    expect(count('2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z')).toBe(3_600);
    expect(nextFire(line, new Date('2026-10-25T01:30:00Z'))).toEqual(new Date('2026-10-25T02:00:00Z'));
  });

  test.each([
    ['a leap day', '0 0 29 2 *', '2026-01-01T00:00Z', ['2028-02-29', '2032-02-29', '2036-02-29']],
    ['a leap day over 2100', '0 0 29 2 *', '2093-01-01T00:00Z', ['2096-02-29', '2104-02-29', '2108-02-29']],
    ['the 31st', '0 0 31 * *', '2026-01-31T00:00Z', ['2026-03-31', '2026-05-31', '2026-07-31']],
    ['the 30th over February', '0 0 30 * *', '2026-01-30T00:00Z', ['2026-03-30', '2026-04-30', '2026-05-30']],
    ['the end of a year', '0 0 1 1 *', '2026-12-31T23:59:59.999Z', ['2027-01-01', '2028-01-01', '2029-01-01']],
    [
      'a day of the month or of the week',
      '0 0 13 * 5',
      '2026-11-05T00:00Z',
      ['2026-11-06', '2026-11-13', '2026-11-20'],
    ],
    ['Sunday as 7, by name', '0 0 * dec 7', '2026-11-01T00:00Z', ['2026-12-06', '2026-12-13', '2026-12-20']],
  ])('%s: %s', (_, cron, after, days) => {
    const found = dueFires({ cron, timezone: 'UTC' }, new Date(after), new Date('2200-01-01'), 3);
    expect(found.map((fire) => fire.toISOString())).toEqual(days.map((day) => `${day}T00:00:00.000Z`));
  });

  test('a line that never fires ends', () => {
    const line = { cron: '0 0 30 2 *', timezone: 'Europe/Zurich' };
    expect(nextFire(line, new Date('2026-01-01'))).toBeUndefined();
    expect(dueFires(line, new Date('2026-01-01'), new Date('9999-01-01'), 10)).toEqual([]);
  });

  test('the interval is open at its start and closed at its end, to the millisecond', () => {
    const at = (after: string, until: string) => fires('0 12 * * *', 'UTC', after, until);
    expect(at('2026-05-01T12:00:00.000Z', '2026-05-02T11:59:59.999Z')).toEqual([]);
    expect(at('2026-05-01T11:59:59.999Z', '2026-05-01T12:00:00.000Z')).toEqual(['2026-05-01T12:00:00Z']);
    expect(at('2026-05-01T12:00Z', '2026-05-01T12:00Z')).toEqual([]);
  });

  test('the limit holds', () => {
    const line = { cron: '* * * * * *', timezone: 'UTC' };
    expect(dueFires(line, new Date(0), new Date('9999-01-01'), 7)).toHaveLength(7);
    expect(dueFires(line, new Date(0), new Date('9999-01-01'), 0)).toEqual([]);
  });
});

const zones = [
  'Europe/Zurich',
  'America/New_York',
  'Australia/Lord_Howe',
  'UTC',
  'Africa/Casablanca',
  'Asia/Kathmandu',
];
const field = (low: number, high: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
    fc.integer({ min: low, max: high }).map(String),
    fc
      .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
const lines = fc
  .tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7))
  .map((fields) => fields.join(' '));
const instants = fc.date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

describe('properties', () => {
  test('fires ascend, never repeat, and stay inside (after, until]', () => {
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom(...zones),
        instants,
        fc.integer({ min: 0, max: 400 * 86_400_000 }),
        (cron, timezone, after, span) => {
          const until = new Date(after.getTime() + span);
          const fires = dueFires({ cron, timezone }, after, until, 50);
          return fires.every((fire, n) => fire > (fires[n - 1] ?? after) && fire <= until);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('cutting an interval in two changes nothing', () => {
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom(...zones),
        instants,
        fc.integer({ min: 0, max: 86_400_000 * 2 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (cron, timezone, after, span, cut) => {
          const line = { cron, timezone };
          const until = new Date(after.getTime() + span);
          const middle = new Date(after.getTime() + Math.floor(span * cut));
          const whole = dueFires(line, after, until, 500);
          const parts = [...dueFires(line, after, middle, 500), ...dueFires(line, middle, until, 500)];
          expect(parts.slice(0, 500)).toEqual(whole);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('the last ones are the end of all', () => {
    fc.assert(
      fc.property(
        lines,
        fc.constantFrom(...zones),
        instants,
        fc.integer({ min: 0, max: 86_400_000 * 2 }),
        fc.integer({ min: 1, max: 40 }),
        (cron, timezone, after, span, limit) => {
          const line = { cron, timezone };
          const until = new Date(after.getTime() + span);
          const last = dueFires(line, after, until, 200_000).slice(-limit);
          expect(lastFires(line, after, until, limit)).toEqual(last);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('in UTC they are those of the cron package', () => {
    fc.assert(
      fc.property(lines, instants, (cron, after) => {
        let theirs: Date | undefined;
        try {
          theirs = new CronTime(cron, 'UTC').getNextDateFrom(after, 'UTC').toJSDate();
        } catch {
          theirs = undefined; // it gives up on a line that never fires
        }
        expect(nextFire({ cron, timezone: 'UTC' }, after)).toEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });
});
