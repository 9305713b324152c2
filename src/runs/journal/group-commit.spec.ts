import { GroupCommit } from './group-commit.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A database that answers when told. */
class Flushes {
  readonly batches: string[][] = [];
  readonly completed: string[][] = [];
  readonly #answers: (() => void)[] = [];
  readonly queue: GroupCommit<string>;

  constructor(maxBatch = 100) {
    const flush = async (batch: readonly string[]) => {
      this.batches.push([...batch]);
      await new Promise<void>((resolve) => this.#answers.push(resolve));
      return () => void this.completed.push([...batch]);
    };
    this.queue = new GroupCommit(flush, { maxBatch, lazyMs: 20 });
  }

  async answer(): Promise<void> {
    this.#answers.shift()!();
    await turn();
    await turn();
  }
}

/** A busy machine may be late; never is what these tests are about. */
async function until(happened: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !happened(); tries++) await sleep(10);
}

describe('group commit', () => {
  let db: Flushes;
  const add = (...items: string[]) => items.forEach((item) => db.queue.add(item));
  beforeEach(() => (db = new Flushes()));

  it('writes together what comes in one turn of the event loop', async () => {
    add('a', 'b');
    await Promise.resolve();
    add('c');
    await turn();
    await turn();
    expect(db.batches).toEqual([['a', 'b', 'c']]);
  });

  it('writes what comes during a flush in the next one, and never two at once', async () => {
    add('a');
    await turn();
    add('b', 'c');
    await turn();
    expect(db.batches).toEqual([['a']]);
    await db.answer();
    expect(db.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('answers a batch after the next one is on its way', async () => {
    add('a');
    await turn();
    add('b');
    await db.answer();
    expect([db.batches.length, db.completed]).toEqual([2, [['a']]]);
    await db.answer();
    expect(db.completed).toEqual([['a'], ['b']]);
  });

  it('takes an item once, however often it is added before its flush, and again after it was taken', async () => {
    add('a', 'a');
    await turn();
    add('a');
    await db.answer();
    await db.answer();
    expect(db.batches).toEqual([['a'], ['a']]);
  });

  it('cuts batches, and loses nothing', async () => {
    db = new Flushes(2);
    add('a', 'b', 'c', 'd', 'e');
    await turn();
    for (let n = 0; n < 3; n++) await db.answer();
    expect(db.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(db.completed).toHaveLength(3);
  });

  it('starts again after a pause', async () => {
    add('a');
    await turn();
    await db.answer();
    await sleep(5);
    add('b');
    await turn();
    await db.answer();
    expect(db.completed).toEqual([['a'], ['b']]);
  });

  it('takes what nobody waits for along with the next flush', async () => {
    db.queue.addLazily('lazy');
    add('a');
    await turn();
    expect(db.batches).toEqual([['a', 'lazy']]);
  });

  it('writes what nobody waits for alone when no flush comes', async () => {
    db.queue.addLazily('lazy');
    await turn();
    expect(db.batches).toEqual([]);
    await until(() => db.batches.length === 1);
    expect(db.batches).toEqual([['lazy']]);
    await db.answer();
    db.queue.addLazily('more');
    await until(() => db.batches.length === 2);
    expect(db.batches).toEqual([['lazy'], ['more']]);
  });

  it('does not write an urgent item a second time because it is added lazily too', async () => {
    add('a');
    db.queue.addLazily('a');
    await turn();
    await db.answer();
    await sleep(30);
    expect(db.batches).toEqual([['a']]);
  });
});
