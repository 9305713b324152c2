import { setTimeout as delay } from 'node:timers/promises';
import { sharedRead } from './shared-read.js';

describe('a shared read', () => {
  it('asks once while the answer is on its way, and counts its age from when it came', async () => {
    let asked = 0;
    const read = sharedRead(async () => {
      await delay(150);
      return ++asked;
    }, 100);
    const first = read();
    await delay(120);
    expect(await Promise.all([first, read()])).toEqual([1, 1]);
    await delay(50);
    expect(await read()).toBe(1);
    await delay(100);
    expect(await read()).toBe(2);
  });

  it('keeps no failure, whether it throws or rejects', async () => {
    const outcomes = [() => Promise.reject(new Error('down')), () => { throw new Error('out'); }, () => 3]; // prettier-ignore
    const read = sharedRead<number>(() => outcomes.shift()!(), 60_000);
    await expect(Promise.all([read(), read()])).rejects.toThrow('down');
    await expect(read()).rejects.toThrow('out');
    expect([await read(), await read()]).toEqual([3, 3]);
  });
});
