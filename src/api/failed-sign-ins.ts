import { CcError } from '../errors/index.js';

const WINDOW_MS = 60_000;
const MOST_OF_ADDRESS = 20;
/** Whoever has many addresses has no more tries than this. */
const MOST_OF_ALL = 300;

interface Window {
  readonly since: number;
  total: number;
  readonly ofAddress: Map<string, number>;
}

/** How many sign-ins failed in this minute. */
export class FailedSignIns {
  private window: Window = { since: 0, total: 0, ofAddress: new Map() };

  /** One that failed. Throws CC_RATE_LIMITED when there were too many. */
  count(address: string, now = Date.now()): void {
    const age = now - this.window.since;
    if (age < 0 || age >= WINDOW_MS) this.window = { since: now, total: 0, ofAddress: new Map() };
    const { window } = this;
    const before = window.ofAddress.get(address) ?? 0;
    if (window.total >= MOST_OF_ALL || before >= MOST_OF_ADDRESS) {
      const retryAfter = Math.ceil((window.since + WINDOW_MS - now) / 1000);
      throw new CcError('CC_RATE_LIMITED', `too many sign-ins have failed; try again in ${retryAfter} s`, {
        retryAfter,
      });
    }
    window.total += 1;
    window.ofAddress.set(address, before + 1);
  }
}
