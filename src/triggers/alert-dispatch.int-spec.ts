import type { AlertTrigger } from '@commandcenter/sdk/definition';
import type { TestingModule } from '@nestjs/testing';
import { testDatabase } from '../../test/support/database.js';
import { FakeDefinitions } from '../../test/support/triggers/fake-definitions.js';
import { FakeStarter } from '../../test/support/triggers/fake-starter.js';
import { startReplica } from '../../test/support/triggers/replica.js';
import { until } from '../../test/support/triggers/wait.js';
import type { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { Events, type NewEvent } from '../events/index.js';
import { AlertStartEntity } from './alert-start.entity.js';
import { AlertStarts } from './alert-starts.js';

interface About {
  readonly labels?: Record<string, string>;
  readonly status?: string;
  readonly source?: string;
}

function alert(fingerprint: string, { labels = {}, status = 'firing', source = '/plugins/notifier' }: About = {}) {
  const startsAt = '2026-11-23T10:00:00Z';
  const data = { status, labels: { alertname: 'HubDown', ...labels }, annotations: {}, startsAt, fingerprint };
  return { id: `${fingerprint}/${startsAt}/${status}`, source, type: 'alertmanager.alert', data };
}

const HOUR = '1h';

describe('alert dispatch', () => {
  let database: Database;
  let starter: FakeStarter;
  let definitions: FakeDefinitions;
  let replicas: TestingModule[];

  beforeAll(async () => {
    database = await testDatabase({ poolSize: 20, entities: [AlertStartEntity] });
  });
  afterAll(() => database?.close());

  beforeEach(async () => {
    await database.pool.query('TRUNCATE event, trigger_dedupe, alert_start; DELETE FROM graphile_worker._private_jobs');
    starter = new FakeStarter(database);
    definitions = new FakeDefinitions();
    replicas = [];
  });
  afterEach(() => Promise.all(replicas.map((replica) => replica.close())));

  const start = async () => {
    const replica = await startReplica(database, definitions, starter);
    replicas.push(replica);
    return replica;
  };
  const on = (...entries: AlertTrigger[]) => definitions.set({ heal: { alert: entries } });
  const send = async (replica: TestingModule, ...batch: readonly NewEvent[]) => {
    const events = replica.get(Events);
    await database.transaction((tx) => events.publish(tx, batch));
    events.announce();
  };
  const allDispatched = () =>
    until('every event to be dispatched', async () => {
      const { rowCount } = await database.pool.query('SELECT FROM event WHERE dispatched_at IS NULL');
      return rowCount === 0;
    });
  const sendAndWait = async (replica: TestingModule, ...batch: readonly NewEvent[]) => {
    await send(replica, ...batch);
    await allDispatched();
  };
  const decisions = async () => {
    const { rows } = await database.pool.query<{ decision: string; count: number }>(
      'SELECT decision, count(*)::int AS count FROM alert_start GROUP BY decision',
    );
    return Object.fromEntries(rows.map(({ decision, count }) => [decision, count]));
  };
  /** As if all that was decided so far had been earlier. */
  const later = (interval: string) => database.pool.query(`UPDATE alert_start SET at = at - $1::interval`, [interval]);

  test('an alert that matches starts a run with the alert, once, and the decision names it', async () => {
    on({ match: { alertname: 'HubDown', job: 'hub' } });
    const replica = await start();
    const event = alert('f1', { labels: { job: 'hub', pod: 'a' } });
    await sendAndWait(replica, event);
    expect(starter.started).toEqual([
      {
        workflow: 'heal',
        input: event.data,
        trigger: { kind: 'alert', by: 'HubDown', event: expect.objectContaining(event) },
        dedupe: { key: 'f1/2026-11-23T10:00:00Z/firing' },
      },
    ]);
    const { items, nextCursor } = await replica.get(AlertStarts).list('heal', 10, undefined);
    expect(items).toEqual([
      {
        alert: 'HubDown',
        target: '',
        occurrence: event.id,
        decision: 'started',
        at: expect.any(Date),
        runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error: null,
      },
    ]);
    expect(nextCursor).toBeNull();
  });

  test.each<[string, AlertTrigger, About]>([
    ['another value of a label', { match: { job: 'hub' } }, { labels: { job: 'hub2' } }],
    ['a missing label', { match: { alertname: 'HubDown', job: 'hub' } }, {}],
    ['a label every object has', { match: { constructor: 'x' } }, {}],
    ['the other status', { match: { alertname: 'HubDown' } }, { status: 'resolved' }],
    ['a filter', { if: "event.data.labels.severity == 'critical'" }, { labels: { severity: 'warning' } }],
    ['a filter that fails', { if: "event.data.labels.severity == 'critical'" }, {}],
    ['another source', { match: { alertname: 'HubDown' } }, { source: '/plugins/other' }],
    ['a source that looks alike', { match: { alertname: 'HubDown' } }, { source: '/plugins/notifier/' }],
  ])('not with %s', async (_name, entry, about) => {
    on(entry);
    await sendAndWait(await start(), alert('f1', about));
    expect(starter.started).toEqual([]);
    expect(await decisions()).toEqual({});
  });

  test('one event starts workflows by on.event and by on.alert', async () => {
    definitions.set({
      heal: { alert: [{ match: { alertname: 'HubDown' }, input: { who: '${{ event.data.fingerprint }}' } }] },
      log: { event: [{ type: 'alertmanager.alert' }] },
      both: { event: [{ type: 'alertmanager.alert' }], alert: [{ match: { alertname: 'HubDown' } }] },
    });
    await sendAndWait(await start(), alert('f1'));
    expect(starter.started.map(({ workflow, trigger }) => `${workflow} ${trigger.kind}`).sort()).toEqual([
      'both alert',
      'both event',
      'heal alert',
      'log event',
    ]);
    expect(starter.started.find(({ workflow }) => workflow === 'heal')?.input).toEqual({ who: 'f1' });
  });

  test('cooldown: each target on its own, and again when it has passed', async () => {
    on({ match: { alertname: 'HubDown' }, cooldown: HOUR, target: '${{ event.data.labels.service }}' });
    const replica = await start();
    const of = (fingerprint: string, service: string) => alert(fingerprint, { labels: { service } });
    await sendAndWait(replica, of('a1', 'a'));
    await sendAndWait(replica, of('a2', 'a'), of('b1', 'b'));
    expect(await decisions()).toEqual({ started: 2, cooldown: 1 });
    await later('59 minutes');
    await sendAndWait(replica, of('a3', 'a'));
    expect(await decisions()).toEqual({ started: 2, cooldown: 2 });
    await later('2 minutes');
    await sendAndWait(replica, of('a4', 'a'));
    expect(await decisions()).toEqual({ started: 3, cooldown: 2 });
    expect(starter.started.map(({ dedupe }) => dedupe!.key.slice(0, 2)).sort()).toEqual(['a1', 'a4', 'b1']);
  });

  test('guard: max starts in any window, for the entry, and again when the window has passed', async () => {
    on({ match: { alertname: 'HubDown' }, guard: { max: 2, window: HOUR } });
    const replica = await start();
    await sendAndWait(replica, alert('1'));
    await later('40 minutes');
    await sendAndWait(replica, alert('2'), alert('3'), alert('4'));
    expect(await decisions()).toEqual({ started: 2, guarded: 2 });
    // The first start is out of the window, the second is not.
    await later('30 minutes');
    await sendAndWait(replica, alert('5'), alert('6'));
    expect(await decisions()).toEqual({ started: 3, guarded: 3 });
  });

  test('a storm over two replicas is exactly max starts', async () => {
    on({ match: { alertname: 'HubDown' }, guard: { max: 5, window: HOUR } });
    const [a, b] = await Promise.all([start(), start()]);
    const storm = Array.from({ length: 100 }, (_, n) => alert(`s${n}`));
    await Promise.all(storm.map((event, n) => send(n % 2 === 0 ? a : b, event)));
    await allDispatched();
    expect(await decisions()).toEqual({ started: 5, guarded: 95 });
    expect(starter.started).toHaveLength(5);
  });

  test('dispatched again after a crash, an alert is decided the same and starts no second run', async () => {
    on({ match: { alertname: 'HubDown' }, guard: { max: 2, window: HOUR } });
    const replica = await start();
    await sendAndWait(replica, alert('1'), alert('2'), alert('3'));
    const before = (await database.pool.query('SELECT * FROM alert_start ORDER BY seq')).rows;
    await database.pool.query('UPDATE event SET dispatched_at = NULL');
    replica.get(Events).announce();
    await allDispatched();
    expect((await database.pool.query('SELECT * FROM alert_start ORDER BY seq')).rows).toEqual(before);
    expect(starter.started).toHaveLength(2);
    expect(starter.duplicates).toBe(0);
    // A crash after the run and before its id stood in the row: the key of the run is known.
    await database.pool.query('UPDATE event SET dispatched_at = NULL; UPDATE alert_start SET run_id = NULL');
    replica.get(Events).announce();
    await allDispatched();
    expect((await database.pool.query('SELECT * FROM alert_start ORDER BY seq')).rows).toEqual(
      before.map((row: Record<string, unknown>) => ({
        ...row,
        run_id: row['decision'] === 'started' ? expect.any(String) : null,
      })),
    );
    expect(starter.started).toHaveLength(2);
    expect(starter.duplicates).toBe(2);
  });

  test('a crash between the decision and the run: the run is started by the next dispatch', async () => {
    on({ match: { alertname: 'HubDown' }, cooldown: HOUR });
    let refusals = 0;
    starter.refuse = () => (refusals++ < 3 ? new CcError('CC_OVERLOADED', 'later') : undefined);
    const replica = await start();
    await sendAndWait(replica, alert('1'));
    expect(refusals).toBeGreaterThan(3);
    expect(starter.started).toHaveLength(1);
    expect((await database.pool.query('SELECT run_id, decision FROM alert_start')).rows).toEqual([
      { decision: 'started', run_id: expect.any(String) },
    ]);
  });

  test('a start that can never be is recorded with its reason, and makes nobody wait', async () => {
    on({ match: { alertname: 'HubDown' }, cooldown: HOUR, guard: { max: 1, window: HOUR } });
    starter.refuse = ({ dedupe }) =>
      dedupe!.key.startsWith('bad') ? new CcError('CC_INPUT_INVALID', 'does not fit') : undefined;
    const replica = await start();
    await sendAndWait(replica, alert('bad'));
    await sendAndWait(replica, alert('good'));
    expect(await decisions()).toEqual({ failed: 1, started: 1 });
    const { items } = await replica.get(AlertStarts).list('heal', 10, undefined);
    expect(items.map(({ decision, error }) => [decision, error])).toEqual([
      ['started', null],
      ['failed', 'CC_INPUT_INVALID does not fit'],
    ]);
  });

  test('an entry keeps its history when others move before it and its limits change', async () => {
    const entry = { match: { alertname: 'HubDown' } };
    on({ ...entry, guard: { max: 1, window: HOUR } });
    const replica = await start();
    await sendAndWait(replica, alert('1'));
    on({ match: { alertname: 'Other' } }, { ...entry, guard: { max: 2, window: HOUR } });
    await sendAndWait(replica, alert('2'), alert('3'));
    expect(await decisions()).toEqual({ started: 2, guarded: 1 });
  });

  test('pages list the newest first, and what is older than 30 days is forgotten', async () => {
    on({ match: { alertname: 'HubDown' } });
    const replica = await start();
    for (const id of ['1', '2', '3']) await sendAndWait(replica, alert(id));
    const starts = replica.get(AlertStarts);
    const first = await starts.list('heal', 2, undefined);
    const second = await starts.list('heal', 2, first.nextCursor!);
    expect([...first.items, ...second.items].map(({ occurrence }) => occurrence[0])).toEqual(['3', '2', '1']);
    expect(second.nextCursor).toBeNull();
    expect((await starts.list('other', 2, undefined)).items).toEqual([]);
    await database.pool.query(`UPDATE alert_start SET at = at - interval '31 days' WHERE occurrence LIKE '1/%'`);
    await starts.forget();
    expect(await decisions()).toEqual({ started: 2 });
  });
});
