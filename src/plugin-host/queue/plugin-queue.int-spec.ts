import { setTimeout as sleep } from 'node:timers/promises';
import { type QueueBatch, type QueueHandler, type QueueOptions, RetryableError } from '@commandcenter/sdk';
import { testDatabase } from '../../../test/support/database.js';
import { Database } from '../../database/index.js';
import { Secrets } from '../../identity/index.js';
import type { JobsRole } from '../../jobs/index.js';
import { Records } from '../ports/records.js';
import { HubPluginQueue } from './plugin-queue.js';
import { QueueLoop } from './queue-loop.js';

const secrets = new Secrets({ secrets: [] }, () => undefined);
const item = (lane: string, id: string, data: unknown = id) => ({ lane, id, data });

describe('PluginQueue', () => {
  let database: Database;
  let replicas: QueueLoop[];

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database?.close());
  beforeEach(async () => {
    replicas = [];
    await database.pool.query('TRUNCATE plugin_queue_item, plugin_queue_lane, plugin_record');
  });
  afterEach(() => Promise.all(replicas.map(stop)));

  /** A replica of its own, and the queue of plugin `p` on it. */
  function replica(handler?: QueueHandler, options?: QueueOptions, role: JobsRole = 'all'): HubPluginQueue {
    const config = { engine: { graceMs: 300, abortGraceMs: 300 } };
    const loop = new QueueLoop(database, config as never, role, secrets);
    replicas.push(loop);
    const queue = new HubPluginQueue('p', database, loop);
    if (handler) queue.handle(handler, options);
    loop.onApplicationBootstrap();
    return queue;
  }
  const waiting = async () =>
    (await replica(undefined, {}, 'api').lanes()).reduce((sum, lane) => sum + lane.waiting, 0);
  const allDone = () => until(async () => (await waiting()) === 0);

  test('what is added is handed out in order, with what it says', async () => {
    const batches: QueueBatch[] = [];
    const queue = replica(async (batch) => void batches.push(batch), { batch: 2 });
    expect(await queue.add([item('a', '1', { n: 1 }), item('a', '2'), item('a', '3')])).toEqual({
      added: 3,
      duplicate: 0,
    });
    await allDone();
    expect(batches.map(({ items, more, lane, failures }) => [items.map(({ id }) => id), more, lane, failures])).toEqual(
      [
        [['1', '2'], 1, 'a', 0],
        [['3'], 0, 'a', 0],
      ],
    );
    expect(batches[0]!.items[0]).toEqual({ id: '1', data: { n: 1 }, addedAt: expect.any(Date) });
  });

  test('an id is taken once, also when it was handled, and twice in one call', async () => {
    let handled = 0;
    const queue = replica(async ({ items }) => void (handled += items.length));
    expect(await queue.add([item('a', '1'), item('b', '1')])).toEqual({ added: 1, duplicate: 1 });
    await allDone();
    expect(await queue.add([item('a', '1'), item('a', '2')])).toEqual({ added: 1, duplicate: 1 });
    await allDone();
    expect(handled).toBe(2);
  });

  test('two replicas: never two handlers at once for a lane, order kept in each, lanes side by side', async () => {
    const busy = new Set<string>();
    const seen = new Map<string, number[]>();
    let together = 0;
    let most = 0;
    const handler: QueueHandler<number> = async ({ lane, items }) => {
      if (busy.has(lane)) together++;
      busy.add(lane);
      most = Math.max(most, busy.size);
      for (const { data } of items) seen.set(lane, [...(seen.get(lane) ?? []), data]);
      await sleep(5);
      busy.delete(lane);
    };
    const queues = [replica(handler as QueueHandler, { batch: 3 }), replica(handler as QueueHandler, { batch: 3 })];
    for (let n = 0; n < 60; n++) await queues[n % 2]!.add(['a', 'b', 'c'].map((lane) => item(lane, `${lane}${n}`, n)));
    await allDone();
    expect(together).toBe(0);
    expect(most).toBeGreaterThan(1);
    for (const lane of ['a', 'b', 'c']) expect(seen.get(lane)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });

  test('a failure leaves the batch, takes back what was stored, and is told to the next', async () => {
    const failures: number[] = [];
    const queue = replica(async (batch) => {
      failures.push(batch.failures);
      await batch.store.set('n', batch.failures);
      if (failures.length < 3) throw new RetryableError('not yet', { retryAfter: 0.02 });
      expect(await batch.store.get('n')).toBe(2);
    });
    await queue.add([item('a', '1')]);
    await allDone();
    expect(failures).toEqual([0, 1, 2]);
    expect(await new Records('p', database.pool).get('n')).toBe(2);
    expect((await lane('a')).failures).toBe(0);
  });

  test('a lane that fails without a word rests from 1 s on; the others go on', async () => {
    const handled: string[] = [];
    const queue = replica(async ({ lane }) => {
      handled.push(lane);
      if (lane === 'bad') throw new Error('no');
    });
    await queue.add([item('bad', '1')]);
    await until(async () => (await laneOrNone('bad'))?.failures === 1);
    await queue.add([item('good', '2')]);
    await until(async () => handled.includes('good'));
    expect((await lane('bad')).restMs).toBeGreaterThan(0);
    expect((await lane('bad')).restMs).toBeLessThanOrEqual(1_200);
    await until(async () => (await lane('bad')).failures === 2);
    expect((await queue.lanes()).map(({ lane, waiting, failures }) => [lane, waiting, failures])).toEqual([
      ['bad', 1, 2],
    ]);
  });

  test('lanes that fail slowly, however many, leave room for one that works', async () => {
    const begun = new Map<string, number>();
    const handled: string[] = [];
    const queue = replica(
      async ({ lane, failures, signal }) => {
        if (lane === 'good') return void handled.push(lane);
        if (failures === 0) throw new RetryableError('first', { retryAfter: 0.01 });
        begun.set(lane, failures);
        // As a channel that does not answer: until the time of the handler is over.
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      },
      { timeoutMs: 60_000 },
    );
    await queue.add(Array.from({ length: 60 }, (_, n) => item(`bad${n}`, `${n}`)));
    await until(async () => begun.size === 4);
    // Longer than a look: more would have begun if they could.
    await sleep(2_500);
    expect(begun.size).toBe(4);
    await queue.add([item('good', 'x')]);
    await until(async () => handled.length === 1);
  });

  test('what is not done stays, and the lane rests as long as it is told', async () => {
    const batches: string[][] = [];
    const queue = replica(async ({ items }) => {
      batches.push(items.map(({ id }) => id));
      return batches.length === 1 ? { done: ['2', 'unknown'], restMs: 60_000 } : {};
    });
    await queue.add([item('a', '1'), item('a', '2')]);
    await until(async () => (await waiting()) === 1);
    await replica(async () => void batches.push(['too early'])).add([item('a', '3')]);
    await sleep(1_500);
    expect(batches).toEqual([['1', '2']]);
    await database.pool.query('UPDATE plugin_queue_lane SET next_at = now()');
    await allDone();
    expect(batches).toEqual([
      ['1', '2'],
      ['1', '3'],
    ]);
  });

  test('a handler that is too slow is told to stop, and counts as failed', async () => {
    let reason: unknown;
    const queue = replica(
      async ({ signal, failures }) => {
        if (failures > 0) return;
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject((reason = signal.reason))));
      },
      { timeoutMs: 20 },
    );
    await queue.add([item('a', '1')]);
    await allDone();
    expect(String(reason)).toContain('longer than 20 ms');
  });

  test('a handler that does not hear is given up; what it does later goes nowhere', async () => {
    const seen: QueueBatch[] = [];
    const queue = replica(
      (batch) => (seen.push(batch) === 1 ? new Promise<void>(() => undefined) : Promise.resolve()),
      {
        timeoutMs: 10,
      },
    );
    await queue.add([item('a', '1')]);
    await allDone();
    expect(seen.map(({ failures }) => failures)).toEqual([0, 1]);
    // Nobody waits for it, and the process does not end of it.
    void seen[0]!.store.set('late', 1);
    await expect(seen[0]!.store.get('late')).rejects.toThrow('is over');
    expect(await new Records('p', database.pool).get('late')).toBeUndefined();
  });

  test('what a handler answers wrongly is a failure', async () => {
    const answers: unknown[] = [{ restMs: NaN }, { done: 'all' }, undefined];
    const failures: number[] = [];
    const queue = replica(async (batch) => {
      failures.push(batch.failures);
      await database.pool.query('SELECT 1');
      return answers.shift() as never;
    });
    await queue.add([item('a', '1')]);
    await allDone();
    expect(failures).toEqual([0, 1, 2]);
  });

  test('stopping lets a delivery end well, then tells it to stop; what it did not finish did not fail', async () => {
    let begun = 0;
    const queue = replica(async ({ lane, signal }) => {
      begun++;
      if (lane === 'quick') return sleep(100).then(() => ({}));
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      return {};
    });
    await queue.add([item('quick', '1'), item('slow', '2')]);
    await until(async () => begun === 2);
    await stop(replicas[0]!);
    expect((await queue.lanes()).map(({ lane, failures }) => [lane, failures])).toEqual([['slow', 0]]);
  });

  test('a replica that was cut off cannot commit, and frees its lane', async () => {
    const release: (() => void)[] = [];
    const stuck = replica(() => new Promise<void>((go) => release.push(go)));
    await stuck.add([item('a', '1')]);
    await until(async () => release.length === 1);
    const handled: string[] = [];
    replica(async ({ items }) => void handled.push(...items.map(({ id }) => id)));
    await database.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'commandcenter plugins' AND datname = current_database() AND state LIKE 'idle in%'",
    );
    await until(async () => handled.length === 1);
    release[0]!();
    await allDone();
    expect(handled).toEqual(['1']);
  });

  test('a batch holds no more than 8 MiB', async () => {
    const sizes: number[] = [];
    const queue = replica(async ({ items }) => void sizes.push(items.length));
    const large = 'x'.repeat(262_000);
    await database.pool.query('INSERT INTO plugin_queue_lane VALUES ($1, $2, now() + $3::interval)', [
      'p',
      'a',
      '1 day',
    ]);
    for (let n = 0; n < 4; n++) await queue.add(Array.from({ length: 10 }, (_, m) => item('a', `${n}-${m}`, large)));
    await database.pool.query('UPDATE plugin_queue_lane SET next_at = now()');
    await allDone();
    expect(sizes).toEqual([33, 7]);
  });

  test('a batch whose store was misused fails as a whole', async () => {
    const queue = replica(async ({ store, failures }) => {
      if (failures === 0) await store.set('k'.repeat(501), 1);
      await store.set('k', failures);
    });
    await queue.add([item('a', '1')]);
    await allDone();
    expect(await new Records('p', database.pool).get('k')).toBe(1);
  });

  test('an api replica handles nothing', async () => {
    const queue = replica(async () => undefined, {}, 'api');
    await queue.add([item('a', '1')]);
    await sleep(1_200);
    expect(await waiting()).toBe(1);
  });

  test('everything wrong with what is added is told at once, and nothing is stored', async () => {
    const queue = replica();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const wrong = [item('a', '1'), item('', 'x'.repeat(501), cycle), { lane: 'a\0', id: '\ud800', data: undefined }];
    await expect(queue.add(wrong)).rejects.toMatchObject({
      code: 'CC_PLUGIN_CALL_INVALID',
      problems: [{ path: '1.lane' }, { path: '1.id' }, { path: '1.data' }, { path: '2.lane' }, { path: '2.id' }, { path: '2.data' }], // prettier-ignore
    });
    await expect(queue.add([item('a', '2', 'x'.repeat(262_144))])).rejects.toMatchObject({
      problems: [{ path: '0.data' }],
    });
    await expect(queue.add(Array.from({ length: 1_001 }, (_, n) => item('a', `${n}`)))).rejects.toThrow('1001');
    expect(() => queue.handle(async () => undefined, { batch: 0, timeoutMs: 60_001 })).toThrow('options.timeoutMs');
    expect(await waiting()).toBe(0);
  });

  test('the same items added in opposite orders at once: each once', async () => {
    const items = Array.from({ length: 500 }, (_, n) => item('a', `${n}`));
    const queue = replica();
    const answers = await Promise.all([queue.add(items), queue.add([...items].reverse()), queue.add(items)]);
    expect(answers.reduce((sum, { added }) => sum + added, 0)).toBe(500);
    expect(await waiting()).toBe(500);
  });

  test('without a database adding says so, and the loop waits', async () => {
    const gone = new Database({ url: 'postgres://127.0.0.1:1/nowhere', description: '', poolSize: 1 });
    const loop = new QueueLoop(gone, { engine: { graceMs: 1, abortGraceMs: 1 } } as never, 'all', secrets);
    const queue = new HubPluginQueue('p', gone, loop);
    queue.handle(async () => undefined);
    loop.onApplicationBootstrap();
    await expect(queue.add([item('a', '1')])).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE', retryAfter: 2 });
    await stop(loop);
    await gone.close();
  });

  test('items that are done are forgotten after seven days, and lanes where nothing waits', async () => {
    const queue = replica();
    await queue.add([item('a', 'old'), item('a', 'new'), item('b', 'waits')]);
    await database.pool.query(`
      UPDATE plugin_queue_item SET done_at = now() - interval '8 days' WHERE id = 'old';
      UPDATE plugin_queue_item SET done_at = now() - interval '6 days' WHERE id = 'new';
      INSERT INTO plugin_queue_lane SELECT 'p', lane, now() - interval '1 day' FROM unnest('{a,b}'::text[]) lane`);
    replica(
      ({ signal }) => new Promise((_, stop) => signal.addEventListener('abort', () => stop(signal.reason as Error))),
    );
    await until(
      async () => (await database.pool.query("SELECT FROM plugin_queue_item WHERE id = 'old'")).rowCount === 0,
    );
    await until(async () => (await laneOrNone('a')) === undefined);
    expect(await queue.add([item('a', 'old'), item('a', 'new')])).toEqual({ added: 1, duplicate: 1 });
    expect(await laneOrNone('b')).toBeDefined();
  });

  async function laneOrNone(lane: string) {
    const { rows } = await database.pool.query<{ failures: number; restMs: number }>(
      `SELECT failures, extract(epoch FROM next_at - now())::float * 1000 AS "restMs" FROM plugin_queue_lane WHERE lane = $1`,
      [lane],
    );
    return rows[0];
  }
  async function lane(name: string) {
    const found = await laneOrNone(name);
    if (found === undefined) throw new Error(`no lane ${name}`);
    return found;
  }
});

async function stop(loop: QueueLoop): Promise<void> {
  loop.onModuleDestroy();
  await loop.beforeApplicationShutdown();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 20) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error('it did not come to pass within 30 s');
}
