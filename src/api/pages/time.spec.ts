import { absoluteText, ago } from './time.js';
import { durationText, relativeText } from './time-words.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('a duration', () => {
  it.each([
    [-5, '0 ms'],
    [0.4, '0 ms'],
    [340, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [4_234, '4.2 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min'],
    [200 * second, '3 min 20 s'],
    [hour - 1, '1 h'],
    [2 * hour + 5 * minute, '2 h 5 min'],
    [3 * day + 4 * hour, '3 d 4 h'],
  ])('of %d ms reads %s', (ms, text) => expect(durationText(ms)).toBe(text));
});

describe('a time', () => {
  const now = Date.parse('2026-11-23T14:03:22.500Z');

  it.each([
    [now, 'just now'],
    [now - 3 * second, '3 seconds ago'],
    [now - minute, '1 minute ago'],
    [now - 47 * hour, '1 day ago'],
    [now + 2 * hour, 'in 2 hours'],
    [now + second, 'just now'],
  ])('at %d reads %s', (at, text) => expect(relativeText(at, now)).toBe(text));

  it('is exact where that matters', () => {
    expect(absoluteText(now)).toBe('2026-11-23 14:03:22 UTC');
    expect(ago('2026-11-23T14:00:00.000Z', now).text).toBe(
      '<time datetime="2026-11-23T14:00:00.000Z" title="2026-11-23 14:00:00 UTC" data-ago>3 minutes ago</time>',
    );
  });
});
