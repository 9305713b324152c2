import { FailedSignIns } from './failed-sign-ins.js';

const now = 1_764_000_000_000;
const refused = (retryAfter: number) => expect.objectContaining({ code: 'CC_RATE_LIMITED', retryAfter }) as Error;

describe('sign-ins that fail', () => {
  let failed: FailedSignIns;
  const fail = (address: string, times: number, at = now) => {
    for (let n = 0; n < times; n += 1) failed.begin(address, at);
  };
  beforeEach(() => (failed = new FailedSignIns()));

  it('are twenty a minute from one address, whatever others do', () => {
    fail('a', 20);
    expect(() => failed.begin('a', now + 15_000)).toThrow(refused(45));
    expect(() => failed.begin('b', now + 15_000)).not.toThrow();
    expect(() => failed.begin('a', now + 60_000)).not.toThrow();
  });

  it('are three hundred a minute from all addresses', () => {
    for (let n = 0; n < 15; n += 1) fail(`a${n}`, 20);
    expect(() => failed.begin('z', now + 59_500)).toThrow(refused(1));
    expect(() => failed.begin('z', now + 60_000)).not.toThrow();
  });

  it('are those alone that failed', () => {
    for (let n = 0; n < 1000; n += 1) failed.begin('a', now)();
    fail('a', 19);
    const succeeded = failed.begin('a', now);
    expect(() => failed.begin('a', now)).toThrow(refused(60));
    succeeded();
    expect(() => failed.begin('a', now)).not.toThrow();
  });

  it('that end in the next minute are not taken from its count', () => {
    const slow = failed.begin('a', now);
    fail('a', 20, now + 61_000);
    slow();
    expect(() => failed.begin('a', now + 61_000)).toThrow(refused(60));
  });
});
