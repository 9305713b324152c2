import { liveInterval } from './live.js';

describe('how long an open page waits before it asks again', () => {
  it.each([
    ['quick and small', 4, 20_000, 1500],
    ['slow to read', 400, 20_000, 8000],
    ['large', 4, 600_000, 6000],
    ['so slow that it fails', 5000, 20_000, 30_000],
    ['huge', 4, 20_000_000, 30_000],
  ])('%s', (_, tookMs, characters, wait) => expect(liveInterval(1500, tookMs, characters)).toBe(wait));
});
