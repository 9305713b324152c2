import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { testDatabase } from '../../../test/support/database.js';
import { eventually } from '../../../test/support/engine.js';
import { created, planOf } from '../../../test/support/plans.js';
import { register } from '../../../test/support/runs.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { Database } from '../../database/index.js';
import { Replica } from '../replica.js';
import { type NewRun, type StartResult, Starts } from './starts.js';

Logger.overrideLogger(false);

const plan = planOf({ a: {} });
let database: Database;
let proxy: TcpProxy;
let replica: Replica;
let starts: Starts;

beforeAll(async () => {
  database = await testDatabase();
  proxy = await TcpProxy.open(database.url);
  replica = new Replica('all');
  await register(database, replica);
});
beforeEach(() => (starts = replicaOf(replica, proxy.url)));
afterEach(() => starts.onApplicationShutdown());
afterAll(async () => {
  await proxy.close();
  await database.close();
});

const query = async (text: string, ...values: unknown[]) =>
  (await database.pool.query(text, values)).rows as Record<string, unknown>[];
const replicaOf = (who: Replica, url: string) => new Starts(new Database({ url, description: '', poolSize: 1 }), who);

function start(more: Partial<NewRun> = {}): NewRun {
  const owned = more.owned ?? true;
  return {
    id: uuidv7(),
    plan,
    trigger: { kind: 'manual' },
    owned,
    status: owned ? 'running' : 'queued',
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    traceparent: undefined,
    key: undefined,
    fingerprint: undefined,
    events: owned ? [created({ n: 1 }), { type: 'RunStarted', at: Date.now() }] : [created({ n: 1 })],
    ...more,
  };
}

const logOf = (id: string) => query('SELECT seq, type FROM run_event WHERE run_id = $1 ORDER BY seq', id);
const madeOf = (results: readonly StartResult[]) => results.filter(({ made }) => made).length;
const rowsOf = async (ids: readonly string[]) => (await query('SELECT id FROM run WHERE id = ANY($1)', ids)).length;

describe('starts of runs', () => {
  it('are durable when they are answered, with their first events and their owner', async () => {
    const owned = start();
    const queued = start({ owned: false, traceparent: '00-1-2-01' });
    const results = await Promise.all([starts.add(owned), starts.add(queued)]);
    expect(results).toEqual([
      { made: true, owned: true },
      { made: true, owned: false },
    ]);
    expect(
      await query(
        'SELECT owner, status, epoch, seq, trigger, workflow_id, traceparent FROM run WHERE id = $1',
        owned.id,
      ),
    ).toEqual([
      {
        owner: replica.id,
        status: 'running',
        epoch: 1,
        seq: 2,
        trigger: 'manual',
        workflow_id: 'flow',
        traceparent: null,
      },
    ]);
    expect(await query('SELECT owner, status, seq, started_at, traceparent FROM run WHERE id = $1', queued.id)).toEqual(
      [{ owner: null, status: 'queued', seq: 1, started_at: null, traceparent: '00-1-2-01' }],
    );
    expect(await logOf(owned.id)).toEqual([
      { seq: 1, type: 'RunCreated' },
      { seq: 2, type: 'RunStarted' },
    ]);
  });

  it('that come together are one transaction', async () => {
    const many = Array.from({ length: 300 }, () => start());
    expect(madeOf(await Promise.all(many.map((one) => starts.add(one))))).toBe(300);
    const [{ n }] = (await query(
      'SELECT count(DISTINCT xmin::text)::int AS n FROM run WHERE id = ANY($1)',
      many.map(({ id }) => id),
    )) as [{ n: number }];
    expect(n).toBeLessThan(10);
  });

  it('of a replica that was declared dead leave the run to others', async () => {
    const evicted = replicaOf(new Replica('all'), database.url);
    const one = start();
    expect(await evicted.add(one)).toEqual({ made: true, owned: false });
    expect(await query('SELECT owner FROM run WHERE id = $1', one.id)).toEqual([{ owner: null }]);
    await evicted.onApplicationShutdown();
  });

  it('survive what a trigger may carry', async () => {
    const trigger = { kind: 'event', by: 'a\u0000b', event: { data: '\u001e"\\{},NULL' } } as const;
    const one = start({ trigger, events: [{ ...created(), trigger }] });
    await starts.add(one);
    const [{ data }] = (await query('SELECT data FROM run_event WHERE run_id = $1', one.id)) as [{ data: string }];
    expect((JSON.parse(data) as { trigger: unknown }).trigger).toEqual(trigger);
  });
});

describe('a key', () => {
  it('starts one run of those that come together, and the others are told which', async () => {
    const twins = Array.from({ length: 20 }, () => start({ key: 'together', fingerprint: 'f1' }));
    const results = await Promise.all(twins.map((one) => starts.add(one)));
    expect([madeOf(results), await rowsOf(twins.map(({ id }) => id))]).toEqual([1, 1]);
    const winner = twins[results.findIndex(({ made }) => made)]!;
    for (const result of results.filter(({ made }) => !made)) {
      expect(result).toMatchObject({ id: winner.id, fingerprint: 'f1', status: 'running', version: 'v1' });
    }
    for (const { id } of twins) if (id !== winner.id) expect(await logOf(id)).toEqual([]);
  });

  it('starts one run of those that come to two replicas at once', async () => {
    const other = replicaOf(replica, database.url);
    const keys = Array.from({ length: 100 }, (_, n) => `key ${n}`);
    const here = keys.map((key) => start({ key }));
    const there = keys.toReversed().map((key) => start({ key }));
    const results = await Promise.all([...here.map((one) => starts.add(one)), ...there.map((one) => other.add(one))]);
    expect(madeOf(results)).toBe(100);
    expect(await rowsOf([...here, ...there].map(({ id }) => id))).toBe(100);
    const told = results.map((result, n) => (result.made ? [...here, ...there][n]!.id : result.id));
    keys.forEach((_, n) => expect(told[n]).toBe(told[199 - n]));
    await other.onApplicationShutdown();
  });

  it('is of one workflow and one kind of trigger', async () => {
    const other = { ...plan, id: 'other' };
    const results = await Promise.all([
      starts.add(start({ key: 'same' })),
      starts.add(start({ key: 'same', trigger: { kind: 'schedule' } })),
      starts.add(start({ key: 'same', plan: other })),
    ]);
    expect(madeOf(results)).toBe(3);
  });

  it('still answers when its run is gone by retention', async () => {
    const first = start({ key: 'old', fingerprint: 'f' });
    await starts.add(first);
    await query('DELETE FROM run WHERE id = $1', first.id);
    expect(await starts.add(start({ key: 'old' }))).toMatchObject({
      made: false,
      id: first.id,
      fingerprint: 'f',
      status: 'succeeded',
    });
  });

  it('that another replica has not committed yet is waited for', async () => {
    const other = await database.pool.connect();
    await other.query('BEGIN');
    const holder = uuidv7();
    await other.query(
      `INSERT INTO trigger_dedupe (kind, workflow_id, key, run_id) VALUES ('manual', 'flow', 'open', $1)`,
      [holder],
    );
    const answer = starts.add(start({ key: 'open' }));
    await waiting();
    await other.query('COMMIT');
    other.release();
    expect(await answer).toMatchObject({ made: false, id: holder });
  });
});

async function waiting(): Promise<void> {
  await eventually(async () => {
    const sql = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'commandcenter starts' AND wait_event_type = 'Lock'
      AND datname = current_database()`;
    expect(await query(sql)).not.toEqual([]);
  });
}

describe('a start whose outcome is unknown', () => {
  it.each([[undefined], ['lost answer']])(
    'took effect, and its answer was lost (key %p): one run, made and owned',
    async (key) => {
      const one = start({ key });
      const lost = proxy.loseAnswer('start');
      const answer = starts.add(one);
      await lost;
      expect(await answer).toEqual({ made: true, owned: true });
      expect(await logOf(one.id)).toHaveLength(2);
    },
  );

  it.each([[undefined], ['dropped']])(
    'never reached the server (key %p): it is made by the second try',
    async (key) => {
      const one = start({ key });
      const held = proxy.hold('start');
      const answer = starts.add(one);
      (await held).drop();
      expect(await answer).toEqual({ made: true, owned: true });
      expect(await logOf(one.id)).toHaveLength(2);
    },
  );

  it.each([[undefined], ['late']])(
    'reaches the server after it was tried again (key %p): nothing is made twice',
    async (key) => {
      const one = start({ key });
      const held = proxy.hold('start');
      const answer = starts.add(one);
      const statement = await held;
      statement.cutClient();
      expect(await answer).toEqual({ made: true, owned: true });
      statement.release();
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect([await rowsOf([one.id]), await logOf(one.id)]).toMatchObject([1, [{ seq: 1 }, { seq: 2 }]]);
    },
  );

  // Unkeyed the second try meets the row of the first, keyed it meets its own key: neither may be told as somebody else's.
  it.each([[undefined], ['still running']])(
    'ends while it is tried again (key %p): made once, and told as made',
    async (key) => {
      const [one, beside] = [start({ key }), start()];
      const other = await database.pool.connect();
      await other.query('BEGIN');
      await other.query('LOCK TABLE run IN SHARE MODE');
      const held = proxy.hold('start');
      const answers = Promise.all([starts.add(one), starts.add(beside)]);
      const statement = await held;
      statement.release();
      await waiting();
      statement.cutClient();
      await new Promise((resolve) => setTimeout(resolve, 200));
      await other.query('COMMIT');
      other.release();
      expect(await answers).toEqual([
        { made: true, owned: true },
        { made: true, owned: true },
      ]);
      expect([await rowsOf([one.id, beside.id]), await logOf(one.id)]).toMatchObject([2, [{ seq: 1 }, { seq: 2 }]]);
    },
  );

  it('took effect, and somebody else has the run by the time it is looked up: it is not driven here', async () => {
    const [one, two] = [start(), start()];
    const other = new Replica('all');
    await register(database, other);
    const lost = proxy.loseAnswer('start');
    const looking = proxy.hold('made');
    const answers = Promise.all([starts.add(one), starts.add(two)]);
    await lost;
    const look = await looking;
    await query('UPDATE run SET owner = $2, epoch = 3 WHERE id = $1', one.id, other.id);
    await query('UPDATE run SET epoch = 3 WHERE id = $1', two.id);
    look.release();
    expect(await answers).toEqual([
      { made: true, owned: false },
      { made: true, owned: false },
    ]);
  });

  it('fails with a code when the database stays away, and the next start works', async () => {
    const gone = await TcpProxy.open(database.url);
    const cut = replicaOf(replica, gone.url);
    await cut.add(start());
    await gone.close();
    await expect(cut.add(start())).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE', retryAfter: 1 });
    await cut.onApplicationShutdown();
    expect(await starts.add(start())).toMatchObject({ made: true });
  });
});
