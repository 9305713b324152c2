import { FailedSignIns } from './failed-sign-ins.js';

const now = 1_764_000_000_000;
const refused = (retryAfter: number) => expect.objectContaining({ code: 'CC_RATE_LIMITED', retryAfter }) as Error;

describe('sign-ins that fail', () => {
  let failed: FailedSignIns;
  const fail = (address: string, times: number, at = now) => {
    for (let n = 0; n < times; n += 1) failed.count(address, at);
  };
  beforeEach(() => (failed = new FailedSignIns()));

  it('are twenty a minute from one address, whatever others do', () => {
    fail('a', 20);
    expect(() => failed.count('a', now + 15_000)).toThrow(refused(45));
    expect(() => failed.count('b', now + 15_000)).not.toThrow();
    expect(() => failed.count('a', now + 60_000)).not.toThrow();
  });

  it('are three hundred a minute from all addresses', () => {
    for (let n = 0; n < 15; n += 1) fail(`a${n}`, 20);
    expect(() => failed.count('z', now + 59_500)).toThrow(refused(1));
    expect(() => failed.count('z', now + 60_000)).not.toThrow();
  });
});
