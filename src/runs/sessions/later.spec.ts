import { Later } from './later.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('what is told later', () => {
  let done: number[];
  let failures: unknown[];
  let later: Later;
  const work = (of: readonly number[]) => of.map((n) => () => void done.push(n));

  beforeEach(() => {
    [done, failures] = [[], []];
    later = new Later((thrown) => failures.push(thrown));
  });

  afterEach(() => later.finish());

  it('is told in order, not at once, and a few in each turn', async () => {
    later.add(work([0, 1]));
    expect(done).toEqual([]);
    later.add(work(numbers(50).slice(2)));
    await turn();
    expect(done).toEqual(numbers(16));
    for (let n = 0; n < 5; n++) await turn();
    expect(done).toEqual(numbers(50));
  });

  it('keeps up however much comes: a quarter of what waits in each turn', async () => {
    for (let n = 0; n < 60; n++) {
      later.add(work(numbers(1000)));
      await turn();
    }
    expect(60_000 - done.length).toBeLessThan(5_000);
  });

  it('takes in what is added while it tells', async () => {
    later.add([() => later.add(work([1])), () => void done.push(0)]);
    await turn();
    await turn();
    expect(done).toEqual([0, 1]);
  });

  it('goes on behind what throws', async () => {
    later.add([() => { throw new Error('no'); }, ...work([1])]); // prettier-ignore
    await turn();
    expect([done, failures]).toEqual([[1], [new Error('no')]]);
  });

  it('is told whole when the hub ends, and once', async () => {
    later.add(work(numbers(40)));
    later.finish();
    expect(done).toEqual(numbers(40));
    await turn();
    later.add(work([40]));
    await turn();
    expect(done).toEqual(numbers(41));
  });
});
