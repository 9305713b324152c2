import type { FakeStarter } from '../../test/support/triggers/fake-starter.js';
import { Hubs } from '../../test/support/triggers/hubs.js';
import { until } from '../../test/support/triggers/wait.js';
import { CcError } from '../errors/index.js';
import { Events, type NewEvent } from '../events/index.js';
import { EventDispatcher } from './event-dispatcher.js';

const paid = (id: string, data?: unknown) => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type: 'order.paid',
  ...(data !== undefined && { data }),
});

describe('event dispatch', () => {
  let hubs: Hubs;
  let starter: FakeStarter;

  beforeAll(async () => {
    hubs = await Hubs.open();
  });
  afterAll(() => hubs?.close());
  beforeEach(async () => {
    starter = await hubs.begin({ bill: { event: [{ type: 'order.paid' }] } });
  });
  afterEach(() => hubs.stop());

  const start = (role?: 'api') => hubs.start(role);
  const send = async (events: Events, batch: readonly NewEvent[]) => {
    await hubs.database.transaction((tx) => events.publish(tx, batch));
    events.announce();
  };
  const toDispatch = async () =>
    (await hubs.database.pool.query('SELECT FROM event WHERE dispatched_at IS NULL')).rowCount!;
  const allDispatched = () => until('every event to be dispatched', async () => (await toDispatch()) === 0);

  test('an event starts the workflows that name its type, with its data', async () => {
    hubs.definitions.set({
      bill: { event: [{ type: 'order.paid' }] },
      ship: { event: [{ type: 'order.shipped' }] },
      thank: {
        event: [{ type: 'order.paid', input: { total: '${{ event.data.total }}', who: 'id ${{ event.id }}' } }],
      },
    });
    const events = (await start()).get(Events);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await events.accept({
      ...paid('7', { total: 12 }),
      subject: 's',
      time: '2026-04-05T17:31:00Z',
      region: 'eu',
      traceparent,
    });
    await allDispatched();
    const event = {
      ...paid('7', { total: 12 }),
      subject: 's',
      time: '2026-04-05T17:31:00.000Z',
      region: 'eu',
      traceparent,
    };
    expect(starter.started).toEqual([
      {
        workflow: 'bill',
        input: { total: 12 },
        trigger: { kind: 'event', by: '/shop', event },
        dedupe: { key: '["/shop","7"]' },
        traceparent,
      },
      expect.objectContaining({ workflow: 'thank', input: { total: 12, who: 'id 7' } }),
    ]);
  });

  test('an event is for a workflow that another replica has just been given', async () => {
    const events = (await start()).get(Events);
    hubs.definitions.catchUp = async () => hubs.definitions.set({ late: { event: [{ type: 'order.paid' }] } });
    await events.accept(paid('8'));
    await allDispatched();
    expect(starter.started).toMatchObject([{ workflow: 'late' }]);
  });

  test('filters decide; of several entries the first that matches; without data the input is {}', async () => {
    hubs.definitions.set({
      tiers: {
        event: [
          { type: 'order.paid', if: '${{ event.data.total > 100 }}', input: { tier: 'large' } },
          { type: 'order.paid', if: 'event.data.total > 10', input: { tier: 'small' } },
        ],
      },
      plain: { event: [{ type: 'plain' }] },
    });
    const events = (await start()).get(Events);
    for (const total of [5, 50, 500]) await events.accept(paid(String(total), { total }));
    await events.accept({ ...paid('p'), type: 'plain' });
    await allDispatched();
    // Looks at new events overlap: which of them starts its run first is not promised.
    const inputs = starter.started.map((run) => [(run.trigger.event as { id: string }).id, run.input] as const);
    expect(inputs).toHaveLength(3);
    expect(Object.fromEntries(inputs)).toEqual({ 50: { tier: 'small' }, 500: { tier: 'large' }, p: {} });
  });

  test('a filter that fails is no match for its workflow only', async () => {
    hubs.definitions.set({
      broken: { event: [{ type: 'order.paid', if: 'event.data.total > 1' }] },
      bill: { event: [{ type: 'order.paid' }] },
    });
    const events = (await start()).get(Events);
    await events.accept(paid('1', { total: 'many' }));
    await events.accept(paid('2', { total: 2 }));
    await allDispatched();
    expect(starter.started.map((run) => `${run.workflow} ${(run.trigger.event as { id: string }).id}`).sort()).toEqual([
      'bill 1',
      'bill 2',
      'broken 2',
    ]);
  });

  test('a changed workflow counts from the next event on', async () => {
    const events = (await start()).get(Events);
    hubs.definitions.set({ bill: { event: [{ type: 'order.paid' }] } }, false);
    await events.accept(paid('1'));
    await allDispatched();
    hubs.definitions.set({ bill: { event: [{ type: 'order.paid' }] } });
    await events.accept(paid('2'));
    await until('a run', () => starter.started.length > 0);
    expect(starter.started.map((run) => run.dedupe?.key)).toEqual(['["/shop","2"]']);
  });

  test('1,000 events, each sent twice over two replicas, are 1,000 runs', async () => {
    const [a, b] = (await Promise.all([start(), start()])).map((replica) => replica.get(Events));
    const ids = Array.from({ length: 1_000 }, (_, n) => String(n));
    await Promise.all([...ids.map((id) => a!.accept(paid(id))), ...ids.map((id) => b!.accept(paid(id)))]);
    await allDispatched();
    expect(new Set(starter.started.map((run) => run.dedupe?.key)).size).toBe(1_000);
    expect(starter.started).toHaveLength(1_000);
  });

  test('what an api replica accepts is dispatched by a worker', async () => {
    const events = (await start('api')).get(Events);
    await events.accept(paid('1'));
    expect(starter.started).toEqual([]);
    await start();
    await allDispatched();
    expect(starter.started).toHaveLength(1);
  });

  test('rows nobody hinted at are found', async () => {
    const dispatcher = (await start()).get(EventDispatcher);
    await hubs.database.pool.query(
      "INSERT INTO event (id, source, type, subject, time, data, traceparent, received_at) VALUES ('1', '/workflows/a', 'order.paid', NULL, now(), '{}', NULL, now() - interval '6 s')",
    );
    await dispatcher.sweep();
    await allDispatched();
    expect(starter.started).toHaveLength(1);
  });

  test('an overloaded hub dispatches later; an input that does not fit never does', async () => {
    hubs.definitions.set({ bill: { event: [{ type: 'order.paid' }] }, strict: { event: [{ type: 'order.paid' }] } });
    let refusals = 0;
    starter.refuse = ({ workflow }) => {
      if (workflow === 'strict') return new CcError('CC_INPUT_INVALID', 'no');
      return refusals++ < 3 ? new CcError('CC_OVERLOADED', 'later') : undefined;
    };
    const events = (await start()).get(Events);
    await events.accept(paid('1'));
    expect(await toDispatch()).toBe(1);
    await allDispatched();
    expect(starter.started.map((run) => run.workflow)).toEqual(['bill']);
  });

  test('an event that fails for ever holds up no other', async () => {
    starter.refuse = ({ dedupe }) => (Number(JSON.parse(dedupe!.key)[1]) < 250 ? new Error('a fault') : undefined);
    const events = (await start()).get(Events);
    await send(
      events,
      Array.from({ length: 300 }, (_, n) => ({ id: String(n), source: '/shop', type: 'order.paid' })),
    );
    await until('the other 50', async () => starter.started.length === 50 && (await toDispatch()) === 250);
  });

  test('a crash after the runs are durable and before the rows are marked starts nothing twice', async () => {
    let crashes = 0;
    starter.afterStart = async () => {
      if (crashes++ > 0) return;
      await hubs.database.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
      );
    };
    const events = (await start()).get(Events);
    await send(
      events,
      Array.from({ length: 20 }, (_, n) => ({ id: String(n), source: '/shop', type: 'order.paid' })),
    );
    await allDispatched();
    expect(starter.started).toHaveLength(20);
    expect(starter.duplicates).toBeGreaterThanOrEqual(1);
  });

  test('the longest ids are still one occurrence each', async () => {
    const long = '"'.repeat(1_024);
    const events = (await start()).get(Events);
    await send(events, [
      { id: long, source: long, type: 'order.paid' },
      { id: `${long.slice(1)}x`, source: long, type: 'order.paid' },
    ]);
    await allDispatched();
    expect(starter.started).toHaveLength(2);
  });
});
