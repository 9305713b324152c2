import { LongTimeout } from './long-timeout.js';

const day = 86_400_000;

/** A clock that only moves when told: the longest wait here is a year. */
class FakeClock {
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  #now = 0;
  #next = 1;
  readonly #timers = new Map<number, { at: number; fire: () => void }>();

  install(): void {
    const set = (fire: () => void, ms: number) => {
      this.#timers.set(this.#next, { at: this.#now + (ms > 2 ** 31 - 1 ? 1 : ms), fire }); // as Node's overflows
      return this.#next++;
    };
    globalThis.setTimeout = set as never;
    globalThis.clearTimeout = ((id: number) => this.#timers.delete(id)) as never;
  }

  restore(): void {
    Object.assign(globalThis, this.#real);
  }

  passUntil(at: number): void {
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= at).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].fire();
    }
    this.#now = at;
  }

  get pending(): number {
    return this.#timers.size;
  }
}

describe('a timeout of any length', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
    clock.install();
  });
  afterEach(() => clock.restore());

  it.each([0, 1, 1000, day, 24 * day, 25 * day, 30 * day, 365 * day])(
    'of %i ms fires once, then and not before',
    (ms) => {
      let fired = 0;
      new LongTimeout(() => fired++, ms);
      if (ms > 0) clock.passUntil(ms - 1);
      expect(fired).toBe(0);
      clock.passUntil(ms);
      clock.passUntil(ms + 40 * day);
      expect(fired).toBe(1);
    },
  );

  it('that is overdue fires at once', () => {
    let fired = 0;
    new LongTimeout(() => fired++, -5);
    clock.passUntil(1);
    expect(fired).toBe(1);
  });

  it('can be cleared in any of its parts', () => {
    let fired = 0;
    const timeout = new LongTimeout(() => fired++, 100 * day);
    clock.passUntil(60 * day);
    timeout.clear();
    clock.passUntil(400 * day);
    expect([fired, clock.pending]).toEqual([0, 0]);
  });
});
