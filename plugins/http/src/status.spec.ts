import { isExpected, isRetryable, retryAfterSeconds } from './status.js';

describe('expectStatus', () => {
  it.each([
    [204, ['2xx'], true],
    [304, ['2xx'], false],
    [404, [200, 404], true],
    [250, ['200-249'], false],
    [249, ['200-249', 500], true],
  ] as const)('%d against %j is %s', (status, expected, answer) => {
    expect(isExpected(status, [...expected])).toBe(answer);
  });
});

describe('a status', () => {
  it.each([408, 425, 429, 500, 503])('%d is worth another attempt', (status) => expect(isRetryable(status)).toBe(true));
  it.each([301, 400, 401, 404, 422])('%d is not', (status) => expect(isRetryable(status)).toBe(false));
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120],
    ['Thu, 01 Jan 2026 00:01:30 GMT', 90],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s seconds', (header, seconds) => expect(retryAfterSeconds(header, now)).toBe(seconds));
});
