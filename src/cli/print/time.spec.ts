import { absolute, duration, lasted, relative, when } from './time.js';

const now = Date.UTC(2026, 10, 23, 6, 30);

describe('times for people', () => {
  it.each([
    [0, 'now'],
    [999, 'now'],
    [1_000, '1 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [50 * 3_600_000, '2 d ago'],
    [-90_000, 'in 1 min'],
  ])('%d ms before now is "%s"', (ms, text) => {
    expect(relative(now - ms, now)).toBe(text);
  });

  it.each([
    [-5, '0 ms'],
    [0.4, '0 ms'],
    [850, '850 ms'],
    [1_000, '1.0 s'],
    [3_449, '3.4 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_600_000 + 180_000, '1 h 03 min'],
    [2 * 86_400_000 + 4 * 3_600_000, '2 d 04 h'],
  ])('%d ms lasted "%s"', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('gives local time that sorts, and both ways of saying it together', () => {
    expect(absolute(now)).toMatch(/^2026-11-2[234] \d\d:[03]0:00$/);
    expect(when(new Date(now - 180_000).toISOString(), now)).toBe(`${absolute(now - 180_000)} (3 min ago)`);
  });

  it('shows a dash where there is no time', () => {
    expect([when(null, now), when(undefined, now), when('nonsense', now), lasted(null, null, now)]).toEqual([
      '-',
      '-',
      '-',
      '-',
    ]);
  });

  it('counts to now while something lasts', () => {
    expect(lasted(new Date(now - 2_000).toISOString(), null, now)).toBe('2.0 s');
  });
});
