import { setImmediate } from 'node:timers/promises';
import { LookUps } from './look-ups.js';

describe('look-ups of unknown credentials', () => {
  it('are four at once, in the order in which they came, also after one that fails', async () => {
    const lookUps = new LookUps();
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const ask = (n: number) =>
      lookUps.run(
        () =>
          new Promise<number>((resolve, reject) => {
            begun.push(n);
            ends.push(() => (n % 2 === 0 ? resolve(n) : reject(new Error(`no ${n}`))));
          }),
      );
    const all = Promise.allSettled(Array.from({ length: 7 }, (_, n) => ask(n)));
    await setImmediate();
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[1]!();
    await setImmediate();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    for (let n = 0; n < 7; n++) {
      ends[n]!();
      await setImmediate();
    }
    expect((await all).map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true, false, true]); // prettier-ignore
  });

  it('are refused when a thousand wait, and taken again when they are done', async () => {
    const lookUps = new LookUps();
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const all = Array.from({ length: 1_004 }, () => lookUps.run(() => gate));
    await expect(lookUps.run(() => gate)).rejects.toMatchObject({ code: 'CC_OVERLOADED', retryAfter: 1 });
    open();
    await Promise.all(all);
    await expect(lookUps.run(() => Promise.resolve('asked'))).resolves.toBe('asked');
  });
});
