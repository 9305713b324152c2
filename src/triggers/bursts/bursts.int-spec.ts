import { FakeDefinitions } from '../../../test/support/triggers/fake-definitions.js';
import type { FakeStarter } from '../../../test/support/triggers/fake-starter.js';
import { Hubs } from '../../../test/support/triggers/hubs.js';
import { until } from '../../../test/support/triggers/wait.js';
import { CcError } from '../../errors/index.js';
import { Events } from '../../events/index.js';

const changed = (id: string, item: unknown = 'a') => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type: 'item.changed',
  data: { item, id },
});
const debounce = { key: '${{ event.data.item }}', for: '1s' };
const on = { event: [{ type: 'item.changed', debounce, input: { last: '${{ event.data.id }}' } }] };

describe('bursts of events', () => {
  let hubs: Hubs;
  let starter: FakeStarter;

  beforeAll(async () => {
    hubs = await Hubs.open();
  });
  afterAll(() => hubs?.close());
  beforeEach(async () => {
    starter = await hubs.begin({ index: on });
  });
  afterEach(() => hubs.stop());

  const start = async (role?: 'api') => (await hubs.start(role)).get(Events);
  const query = async <T>(text: string) => (await hubs.database.pool.query(text)).rows as T[];
  const bursts = () =>
    query<{ key: string; events: number; ms: number }>(
      'SELECT key, events, (extract(epoch FROM due_at - clock_timestamp()) * 1000)::float8 AS ms FROM event_burst ORDER BY key',
    );
  const joined = (events: number) =>
    until(
      `${events} events in bursts`,
      async () => (await bursts()).reduce((sum, one) => sum + one.events, 0) === events,
    );
  const over = () => until('no burst to be left', async () => (await bursts()).length === 0);

  test('a burst starts one run, with its last event, when no other came for a while; keys are apart', async () => {
    const events = await start();
    for (const id of ['1', '2', '3']) await events.accept(changed(id));
    await events.accept(changed('4', 'b'));
    await joined(4);
    const last = Date.now();
    await events.accept(changed('5'));
    await joined(5);
    expect((await bursts()).map(({ key, events: count }) => [key, count])).toEqual([
      ['"a"', 4],
      ['"b"', 1],
    ]);
    expect(starter.started).toEqual([]);
    await over();
    expect(starter.started.map(({ input }) => input)).toEqual(expect.arrayContaining([{ last: '5' }, { last: '4' }]));
    expect(starter.started).toHaveLength(2);
    expect(Date.now() - last).toBeGreaterThanOrEqual(1_000);
    expect(starter.started.find(({ dedupe }) => dedupe?.key === '["/shop","5"]')).toMatchObject({
      workflow: 'index',
      trigger: { kind: 'event', by: '/shop', event: { id: '5', data: { item: 'a' } } },
    });
    await events.accept(changed('6'));
    await until('the next burst', () => starter.started.length === 3);
  });

  test('the run of a burst has bytes that its last event brought', async () => {
    hubs.definitions.set({ index: { event: [{ type: 'item.changed', debounce: { for: '1s' } }] } });
    const events = await start();
    await events.accept({ ...changed('b'), data: undefined, data_base64: 'AAEC' });
    await until('the run', () => starter.started.length === 1);
    expect(starter.started[0]!.trigger.event).toMatchObject({ id: 'b', data_base64: 'AAEC' });
  });

  test('400 events of 20 keys on two replicas are 20 runs, each with the last one', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await Promise.all(Array.from({ length: 400 }, (_, n) => (n % 2 ? a : b)!.accept(changed(String(n), `k${n % 20}`))));
    await until(
      'every event to be dispatched',
      async () => (await query('SELECT FROM event WHERE dispatched_at IS NULL')).length === 0,
    );
    await over();
    const last = await query<{ id: string }>(
      `SELECT DISTINCT ON (data::json->'data'->>'item', data::json->>'item') id FROM event ORDER BY data::json->'data'->>'item', data::json->>'item', seq DESC`,
    );
    const lasts = starter.started.map(({ input }) => (input as { last: string }).last).sort();
    expect(lasts).toEqual(last.map(({ id }) => id).sort());
    expect(lasts).toHaveLength(20);
  });

  test('one that does not pause starts after ten times as long', async () => {
    const events = await start();
    await events.accept(changed('1'));
    await joined(1);
    await hubs.database.pool.query(
      "UPDATE event_burst SET first_at = first_at - interval '9.4 s', due_at = due_at + interval '1 s'",
    );
    await events.accept(changed('2'));
    await joined(2);
    const [burst] = await bursts();
    expect(burst!.ms).toBeLessThan(600);
    await over();
    expect(starter.started.map(({ input }) => input)).toEqual([{ last: '2' }]);
  });

  test('a burst outlives the hub', async () => {
    const events = await start();
    await events.accept(changed('1'));
    await joined(1);
    await hubs.stop();
    expect(starter.started).toEqual([]);
    hubs.definitions = new FakeDefinitions(); // the entry may be gone meanwhile
    await start('api');
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(starter.started).toEqual([]); // an api replica starts nothing
    await start();
    await over();
    expect(starter.started).toHaveLength(1);
  });

  test('a crash after the run is durable and before the burst is gone starts nothing twice', async () => {
    let crashes = 0;
    starter.afterStart = async () => {
      if (crashes++ > 0) return;
      await hubs.database.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
      );
    };
    const [events] = await Promise.all([start(), start()]);
    await events!.accept(changed('1'));
    await joined(1);
    await over();
    expect([starter.started.length, starter.duplicates]).toEqual([1, 1]);
  });

  test('an event counts in its burst once, also when it is dispatched again for the sake of another workflow', async () => {
    hubs.definitions = new FakeDefinitions({ index: on, plain: { event: [{ type: 'item.changed' }] } });
    let refusals = 0;
    starter.refuse = ({ workflow }) => (workflow === 'plain' && refusals++ < 2 ? new Error('a fault') : undefined);
    const events = await start();
    await events.accept(changed('1'));
    await joined(1);
    expect(refusals).toBe(3);
    await over();
    expect(starter.started.map(({ workflow }) => workflow)).toEqual(['plain', 'index']);
  });

  test('an overloaded hub starts it later; what can never start is over', async () => {
    let refusals = 0;
    starter.refuse = ({ workflow }) => {
      if (workflow === 'strict') return new CcError('CC_INPUT_INVALID', 'no');
      return refusals++ < 1 ? new CcError('CC_OVERLOADED', 'later') : undefined;
    };
    hubs.definitions = new FakeDefinitions({ index: on, strict: on });
    const events = await start();
    await events.accept(changed('1'));
    await joined(2);
    await over();
    expect(starter.started.map(({ workflow }) => workflow)).toEqual(['index']);
  });

  test('without a key the entry has one burst; a key that fails is no match; any value is a key', async () => {
    hubs.definitions = new FakeDefinitions({
      all: { event: [{ type: 'item.changed', debounce: { for: '1s' } }] },
      index: { event: [{ type: 'item.changed', debounce: { key: '${{ event.data.item.x }}', for: '1s' } }] },
    });
    const events = await start();
    await events.accept(changed('1', 'none'));
    await events.accept(changed('2', { x: '\u0000' + 'y'.repeat(5_000) }));
    await joined(3);
    expect((await bursts()).map(({ events: count }) => count).sort()).toEqual([1, 2]);
    await over();
    expect(starter.started.map(({ workflow }) => workflow).sort()).toEqual(['all', 'index']);
  });
});
