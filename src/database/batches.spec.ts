import { Batches } from './batches.js';

describe('calls in batches', () => {
  it('that come in one turn share a statement; what comes meanwhile shares the next', async () => {
    const seen: (readonly number[])[] = [];
    let answer = (): void => undefined;
    const batches = new Batches<number, number>(async (items) => {
      seen.push(items);
      await new Promise<void>((resolve) => (answer = resolve));
      return items.map((item) => item * 10);
    });
    const first = [batches.call(1), batches.call(2)];
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = [batches.call(3), batches.call(4)];
    expect(batches.size).toBe(2);
    answer();
    expect(await Promise.all(first)).toEqual([10, 20]);
    answer();
    expect(await Promise.all(second)).toEqual([30, 40]);
    expect(seen).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('reject one by one, or all with their statement, and go on', async () => {
    const batches = new Batches<number, number>(async (items) => {
      if (items.includes(0)) throw new Error('all');
      return items.map((item) => (item < 0 ? new Error(`no ${item}`) : item));
    });
    const settled = await Promise.allSettled([batches.call(1), batches.call(-1)]);
    expect(settled).toMatchObject([{ value: 1 }, { reason: { message: 'no -1' } }]);
    const failed = await Promise.allSettled([batches.call(0), batches.call(5)]);
    expect(failed).toMatchObject([{ reason: { message: 'all' } }, { reason: { message: 'all' } }]);
    await expect(batches.call(7)).resolves.toBe(7);
  });
});
