import { EventEmitter2 } from '@nestjs/event-emitter';
import { testDatabase } from '../../test/support/database.js';
import type { Config } from '../config/index.js';
import { Database } from '../database/index.js';
import { Jobs } from '../jobs/index.js';
import { EVENTS_PUBLISHED, Events } from './events.js';
import type { NewEvent } from './new-event.js';

const event = (id: string, data?: unknown) => ({
  specversion: '1.0',
  id,
  source: '/test',
  type: 'order.paid',
  ...(data !== undefined && { data }),
});

describe('Events', () => {
  let database: Database;
  let events: Events;
  let announced: number;

  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database?.close());

  beforeEach(async () => {
    await database.pool.query('TRUNCATE event; DELETE FROM graphile_worker._private_jobs');
    const announcer = new EventEmitter2();
    announced = 0;
    announcer.on(EVENTS_PUBLISHED, () => announced++);
    events = new Events(database, new Jobs(database, {} as Config, 'api'), announcer);
  });

  const publish = (batch: readonly NewEvent[]) => database.transaction((tx) => events.publish(tx, batch));
  const rows = async () => (await database.pool.query('SELECT * FROM event ORDER BY seq')).rows;
  const hints = async () =>
    (await database.pool.query("SELECT FROM graphile_worker.jobs WHERE task_identifier = 'events.dispatch'")).rowCount;

  test('an accepted event is a row with a hint, announced', async () => {
    const sent = { ...event('1', { total: 7 }), subject: 's', time: '2026-04-05T17:31:00Z', region: 'eu' };
    expect(await events.accept(sent)).toEqual({ accepted: 1, duplicate: 0 });
    expect(await rows()).toMatchObject([
      {
        id: '1',
        source: '/test',
        type: 'order.paid',
        subject: 's',
        time: new Date('2026-04-05T17:31:00Z'),
        data: '{"total":7}',
        traceparent: null,
        attributes: '{"region":"eu"}',
        received_at: expect.any(Date),
        dispatched_at: null,
      },
    ]);
    expect(await hints()).toBe(1);
    expect(announced).toBe(1);
  });

  test('the same event again is a duplicate, whatever its data', async () => {
    await events.accept(event('1', 1));
    expect(await events.accept(event('1', 2))).toEqual({ accepted: 0, duplicate: 1 });
    expect(await events.accept({ ...event('1'), source: '/other' })).toEqual({ accepted: 1, duplicate: 0 });
    expect((await rows()).map((row) => row.data)).toEqual(['1', null]);
    expect(await hints()).toBe(2);
  });

  test('1,000 events sent twice at once: each is new exactly once, in few transactions', async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => String(n));
    const other = new Events(database, new Jobs(database, {} as Config, 'api'), new EventEmitter2());
    const answers = await Promise.all(
      [...ids, ...[...ids].reverse()].map((id, n) => (n % 3 ? events : other).accept(event(id))),
    );
    expect(answers.filter((answer) => answer.accepted === 1)).toHaveLength(1_000);
    expect(await rows()).toHaveLength(1_000);
    expect(await hints()).toBeLessThan(20);
  });

  test('published in a transaction that fails: nothing is left', async () => {
    const failing = database.transaction(async (tx) => {
      expect(
        await events.publish(tx, [
          { id: '1', source: 's', type: 't' },
          { id: '2', source: 's', type: 't' },
        ]),
      ).toBe(2);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await rows()).toEqual([]);
    expect(await hints()).toBe(0);
  });

  test('a batch with one wrong event stores none', async () => {
    const batch = [
      { id: '1', source: 's', type: 't' },
      { id: '', source: 's', type: 't', data: () => 1 },
    ];
    await expect(publish(batch)).rejects.toMatchObject({
      code: 'CC_EVENT_INVALID',
      problems: [{ path: '1.id' }, { path: '1.data' }],
    });
    expect(await rows()).toEqual([]);
    expect(await publish(batch.slice(0, 1))).toBe(1);
  });

  test('the largest ids of the widest characters fit the index', async () => {
    const widest = '\u{1F600}'.repeat(256);
    const random = Array.from({ length: 1_024 }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join(
      '',
    );
    await publish([
      { id: widest, source: widest, type: widest },
      { id: random, source: random, type: 't' },
    ]);
    expect(await rows()).toHaveLength(2);
  });

  describe('a batch as it is sent', () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const ids = Array.from({ length: 500 }, (_, n) => String(n));

    test('is one transaction with one hint', async () => {
      const answer = await events.accept(
        ids.map((id) => event(id)),
        headers,
      );
      expect(answer).toEqual({ accepted: 500, duplicate: 0 });
      const { rows: transactions } = await database.pool.query('SELECT DISTINCT xmin::text FROM event');
      expect([transactions.length, await hints(), announced]).toEqual([1, 1, 1]);
    });

    test('with one wrong event leaves nothing', async () => {
      const batch = [...ids.map((id) => event(id)), event('')];
      await expect(events.accept(batch, headers)).rejects.toMatchObject({ problems: [{ path: '500.id' }] });
      expect([await rows(), await hints(), announced]).toEqual([[], 0, 0]);
    });

    test('sent ten times at once, in any order, beside its own events one by one: each is new once', async () => {
      const forth = ids.map((id) => event(id));
      const back = forth.toReversed();
      const batches = Array.from({ length: 10 }, (_, n) => events.accept(n % 2 ? forth : back, headers));
      const answers = await Promise.all([...batches, ...forth.map((one) => events.accept(one))]);
      expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(500);
      expect(await rows()).toHaveLength(500);
    });

    test('data that is not JSON is kept in base64', async () => {
      await events.accept([{ ...event('1'), data_base64: 'iVBO' }], headers);
      expect(await rows()).toMatchObject([{ data: null, data_base64: 'iVBO' }]);
    });
  });

  test('without a database the sender is told to try again', async () => {
    const gone = new Database({ url: 'postgres://127.0.0.1:1/nowhere', description: '', poolSize: 1 });
    const orphan = new Events(gone, new Jobs(gone, {} as Config, 'api'), new EventEmitter2());
    await expect(orphan.accept(event('1'))).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE', retryAfter: 2 });
    await gone.close();
  });
});
