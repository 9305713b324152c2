import type { TestingModule } from '@nestjs/testing';
import { testDatabase } from '../../test/support/database.js';
import { FakeDefinitions } from '../../test/support/triggers/fake-definitions.js';
import { FakeStarter } from '../../test/support/triggers/fake-starter.js';
import { startReplica } from '../../test/support/triggers/replica.js';
import { until } from '../../test/support/triggers/wait.js';
import type { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { ScheduleEntity } from './schedule.entity.js';
import { syncSchedules } from './schedule-sql.js';
import { Schedules } from './schedules.js';

const everySecond = { schedule: [{ cron: '* * * * * *' }] };
const newYear = { schedule: [{ cron: '0 0 1 1 *' }] };

describe('schedules', () => {
  let database: Database;
  let starter: FakeStarter;
  let replicas: TestingModule[];

  beforeAll(async () => {
    database = await testDatabase({ entities: [ScheduleEntity], poolSize: 20 });
  });
  afterAll(() => database?.close());

  beforeEach(async () => {
    await database.pool.query('TRUNCATE schedule, trigger_dedupe');
    starter = new FakeStarter(database);
    replicas = [];
  });
  afterEach(() => Promise.all(replicas.map((replica) => replica.close())));

  const start = async (definitions: FakeDefinitions, role?: 'api') => {
    const replica = await startReplica(database, definitions, starter, role);
    replicas.push(replica);
    return replica;
  };
  const rows = async () => (await database.pool.query('SELECT * FROM schedule ORDER BY workflow_id, cron')).rows;
  const rowsAre = (count: number) => until(`${count} rows`, async () => (await rows()).length === count);

  test('100 lines that fire every second on two replicas: every second once for each', async () => {
    const workflows = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`w${n}`, everySecond]));
    await Promise.all([start(new FakeDefinitions(workflows)), start(new FakeDefinitions(workflows))]);
    await rowsAre(100);
    await until('500 runs', () => starter.started.length >= 500);
    await Promise.all(replicas.splice(0).map((replica) => replica.close()));

    const fires = new Map<string, number[]>();
    for (const { workflow, trigger } of starter.started) {
      fires.set(workflow, [...(fires.get(workflow) ?? []), Date.parse(trigger.scheduledFor!)]);
    }
    expect(fires.size).toBe(100);
    for (const instants of fires.values()) {
      const sorted = instants.toSorted((a, b) => a - b);
      // Consecutive seconds: none left out, none twice.
      expect(sorted).toEqual(sorted.map((_, n) => sorted[0]! + n * 1_000));
    }
  });

  test('a run gets its instant, its line and its input', async () => {
    await start(
      new FakeDefinitions({ w: { schedule: [{ cron: '* * * * * *', timezone: 'Europe/Zurich', input: { n: 1 } }] } }),
    );
    await until('a run', () => starter.started.length > 0);
    const [run] = starter.started;
    expect(run).toMatchObject({
      workflow: 'w',
      input: { n: 1 },
      trigger: { kind: 'schedule', by: '* * * * * * Europe/Zurich' },
    });
    expect(run!.trigger.scheduledFor).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect(run!.dedupe!.key).toContain(run!.trigger.scheduledFor!);
    await until('the row to move on', async () => (await rows())[0].last_run_id !== null);
  });

  test('two lines of one workflow at one instant are two fires', async () => {
    await start(
      new FakeDefinitions({ w: { schedule: [{ cron: '* * * * * *' }, { cron: '* * * * * *', input: { n: 2 } }] } }),
    );
    await until('runs of both', () => new Set(starter.started.map((run) => JSON.stringify(run.input))).size === 2);
    const [first] = starter.started;
    await until(
      'the same instant twice',
      () => starter.started.filter((run) => run.trigger.scheduledFor === first!.trigger.scheduledFor).length === 2,
    );
  });

  test('missed by more than a minute: skipped; by less: started', async () => {
    const definitions = new FakeDefinitions({ w: { schedule: [{ cron: '0 0 * * * *' }, { cron: '0 * * * * *' }] } });
    await start(definitions, 'api'); // writes the rows and starts nothing
    await rowsAre(2);
    await database.pool.query(
      "UPDATE schedule SET next_at = date_trunc('hour', now()) - interval '3 hours' WHERE cron = '0 0 * * * *'",
    );
    await database.pool.query(
      "UPDATE schedule SET next_at = date_trunc('minute', now()) - interval '3 hours' WHERE cron = '0 * * * * *'",
    );
    await start(definitions);
    await until('both to move on', async () => (await rows()).every((row) => row.next_at > new Date()));
    const ofMinutes = starter.started.filter((run) => run.trigger.by === '0 * * * * * UTC');
    expect(ofMinutes.length).toBeGreaterThanOrEqual(1);
    for (const run of starter.started)
      expect(Date.parse(run.trigger.scheduledFor!)).toBeGreaterThan(Date.now() - 120_000);
  });

  test('catchUp: missed fires start, the latest of them or all, oldest first and each once on two replicas', async () => {
    const schedule = (['none', 'latest', 'all'] as const).map((catchUp, n) => ({ cron: `${n} * * * *`, catchUp }));
    const definitions = new FakeDefinitions({ w: { schedule } });
    await start(definitions, 'api');
    await rowsAre(3);
    await database.pool.query("UPDATE schedule SET next_at = next_at - interval '205 hours'");
    await Promise.all([start(definitions), start(definitions)]);
    await until('all to move on', async () => (await rows()).every((row) => row.next_at > new Date()));
    const of = (cron: string) =>
      starter.started
        .filter((run) => run.trigger.by === `${cron} * * * * UTC`)
        .map((run) => Date.parse(run.trigger.scheduledFor!));
    const [none, latest, all] = ['0', '1', '2'].map(of) as [number[], number[], number[]];
    expect(none.every((at) => at > Date.now() - 120_000)).toBe(true);
    expect(latest).toHaveLength(1);
    expect(latest[0]).toBeGreaterThan(Date.now() - 3_600_000);
    const sorted = all.toSorted((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 205 }, (_, n) => sorted[204]! - (204 - n) * 3_600_000));
  });

  test.each([
    ['allow', undefined],
    ['skip', 'skip'],
    ['queue', 'queue'],
    ['cancel-previous', 'cancel-oldest'],
  ] as const)('overlap %s: the runs of a line share a place', async (overlap, whenFull) => {
    const definitions = new FakeDefinitions({ w: { schedule: [{ cron: '* * * * * *', overlap }] } });
    await start(definitions);
    await until('two runs', () => starter.started.length >= 2);
    const [{ key }] = (await rows()) as [{ key: string }];
    for (const { slots } of starter.started) {
      expect(slots).toEqual(whenFull === undefined ? [] : [{ key: `schedule ${key}`, limit: 1, whenFull }]);
    }
  });

  test('a fire that meets the run before is done with, and the line goes on', async () => {
    starter.refuse = () => new CcError('CC_CONCURRENCY_FULL', 'one goes');
    await start(new FakeDefinitions({ w: { schedule: [{ cron: '* * * * * *', overlap: 'skip' }] } }));
    await until('the line to move on', async () => (await rows())[0]?.last_at != null);
    starter.refuse = () => undefined;
    const { last_at: skipped } = (await rows())[0] as { last_at: Date };
    await until('a run', () => starter.started.length > 0);
    expect(Date.parse(starter.started[0]!.trigger.scheduledFor!)).toBeGreaterThan(skipped.getTime());
  });

  test('fires that may not overlap start in their order, and stop at the first that has to wait', async () => {
    const definitions = new FakeDefinitions({ w: { schedule: [{ cron: '* * * * * *', overlap: 'queue' }] } });
    await start(definitions, 'api');
    await rowsAre(1);
    await database.pool.query("UPDATE schedule SET next_at = next_at - interval '20 seconds'");
    let asked = 0;
    starter.refuse = () => (asked++ === 5 ? new CcError('CC_OVERLOADED', 'later') : undefined);
    await start(definitions);
    await until('the line to catch up', async () => (await rows())[0].next_at > new Date());
    const times = starter.started.map((run) => Date.parse(run.trigger.scheduledFor!));
    expect(times.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => times[0]! + n * 1_000));
  });

  test('a line whose catchUp changes stays the line it is', async () => {
    const definitions = new FakeDefinitions({ a: newYear });
    await start(definitions, 'api');
    await rowsAre(1);
    await database.pool.query("UPDATE schedule SET next_at = '2100-01-01'");
    definitions.set({ a: { schedule: [{ cron: '0 0 1 1 *', catchUp: 'all' }] } });
    await until('the new policy', async () => (await rows())[0].catch_up === 'all');
    expect((await rows())[0].next_at).toEqual(new Date('2100-01-01'));
  });

  test('a crash after the runs are durable and before the line moves on starts nothing twice', async () => {
    const definitions = new FakeDefinitions({ w: everySecond });
    let crashes = 0;
    starter.afterStart = async () => {
      if (crashes++ > 0) return;
      await database.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
      );
    };
    await start(definitions);
    await until('the line to move on', async () => (await rows())[0]?.last_at != null);
    expect(starter.duplicates).toBeGreaterThanOrEqual(1);
    const instants = starter.started.map((run) => run.trigger.scheduledFor);
    expect(new Set(instants).size).toBe(instants.length);
  });

  test('a replica that hangs while it starts runs is replaced, and the fire it held is not lost', async () => {
    const definitions = new FakeDefinitions({ w: everySecond });
    let release = () => {};
    const hanging = new FakeStarter(database);
    hanging.afterStart = () => new Promise((resolve) => (release = resolve));
    replicas.push(await startReplica(database, definitions, hanging));
    await until('the first fire', () => hanging.started.length === 1);
    await start(definitions);
    await until('another replica to start what is due', () => starter.started.length > 0);
    release();
    // The fire that was started and not advanced; those beside it may be through before it.
    await until('the held fire to be met again', () => starter.duplicates === 1);
    // Fires that came due together start side by side, in no order; the line moves on when all of them have.
    await until('the line to move on', async () => (await rows())[0]?.last_at != null);
    const last = (await rows())[0]!.last_at!.getTime();
    const times = [...hanging.started, ...starter.started].map((run) => Date.parse(run.trigger.scheduledFor!));
    const sorted = times.filter((time) => time <= last).toSorted((a, b) => a - b);
    expect(sorted).toEqual(sorted.map((_, n) => sorted[0]! + n * 1_000));
  });

  test('an overloaded hub starts the fire later, a wrong input is skipped', async () => {
    let refusals = 0;
    starter.refuse = ({ workflow }) => {
      if (workflow === 'wrong') return new CcError('CC_INPUT_INVALID', 'no');
      return refusals++ < 2 ? new CcError('CC_OVERLOADED', 'later') : undefined;
    };
    const definitions = new FakeDefinitions({ busy: everySecond, wrong: everySecond });
    await start(definitions);
    await until('the busy one', () => starter.started.length > 0);
    await until(
      'the wrong one to move on',
      async () => (await rows()).find((row) => row.workflow_id === 'wrong')?.last_at != null,
    );
    expect(starter.started.every((run) => run.workflow === 'busy')).toBe(true);
    expect((await rows()).find((row) => row.workflow_id === 'wrong').last_run_id).toBeNull();
  });

  test('a replica that has not heard of a change takes no lines away', async () => {
    const line = { workflow: 'new-one', key: 'k', cron: '* * * * *', timezone: 'UTC', input: {}, catchUp: 'none', overlap: 'allow' } as const; // prettier-ignore
    const sync = (lines: readonly (typeof line)[], revision: string) =>
      database.transaction((tx) => syncSchedules(tx, lines, revision));
    const there = async () =>
      (await database.pool.query(`SELECT FROM schedule WHERE workflow_id = 'new-one'`)).rowCount;
    const { rows } = await database.pool.query<{ revision: string }>(
      'UPDATE workflow_revision SET revision = revision + 1 RETURNING revision',
    );
    const { revision } = rows[0]!;
    expect([await sync([line], revision), await there()]).toEqual([true, 1]);
    expect([await sync([], String(Number(revision) - 1)), await there()]).toEqual([false, 1]);
    expect([await sync([], revision), await there()]).toEqual([true, 0]);
  });

  test('a replica leaves alone what it does not know: another may', async () => {
    const known = new FakeDefinitions({ w: everySecond });
    await start(new FakeDefinitions({ other: newYear }));
    await rowsAre(1);
    await start(known, 'api');
    await until('the line of w', async () => (await rows())[0]?.workflow_id === 'w');
    await database.pool.query("UPDATE schedule SET next_at = now() - interval '3 seconds'");
    await new Promise((resolve) => setTimeout(resolve, 600)); // two looks of the replica that only knows `other`
    expect((await rows())[0].last_at).toBeNull();
    await start(known);
    await until('a run', () => starter.started.length > 0);
  });

  test('lines follow the workflows, and one that stays keeps its next fire', async () => {
    const definitions = new FakeDefinitions({ a: newYear, b: { schedule: [{ cron: '0 1 * * *' }] } });
    await start(definitions, 'api');
    await start(definitions, 'api');
    await rowsAre(2);
    await database.pool.query(
      "UPDATE schedule SET next_at = '2100-01-01', last_at = '2000-01-01' WHERE workflow_id = 'a'",
    );

    definitions.set({ b: { schedule: [{ cron: '0 2 * * *', timezone: 'Europe/Zurich' }] }, a: newYear, c: newYear });
    await rowsAre(3);
    await until('the new line', async () => (await rows())[1].cron === '0 2 * * *');
    const [a, b] = await rows();
    expect(a).toMatchObject({ next_at: new Date('2100-01-01'), last_at: new Date('2000-01-01') });
    expect(b.next_at.getTime() - Date.now()).toBeLessThan(25 * 3_600_000);

    definitions.set({ a: newYear, b: newYear, c: newYear }, false);
    await rowsAre(0);
  });

  test('the list and the next fires', async () => {
    const definitions = new FakeDefinitions({
      a: { schedule: [{ cron: '0 0 30 2 *' }, { cron: '0 0 1 1 *', timezone: 'Europe/Zurich' }] },
      b: newYear,
    });
    const replica = await start(definitions, 'api');
    await rowsAre(3);
    const schedules = replica.get(Schedules);
    const year = new Date().getUTCFullYear() + 1;
    expect(await schedules.list()).toEqual([
      {
        workflow: 'a',
        cron: '0 0 1 1 *',
        timezone: 'Europe/Zurich',
        catchUp: 'none',
        overlap: 'allow',
        nextAt: new Date(`${year - 1}-12-31T23:00Z`),
        lastAt: null,
        lastRunId: null,
      },
      {
        workflow: 'b',
        cron: '0 0 1 1 *',
        timezone: 'UTC',
        catchUp: 'none',
        overlap: 'allow',
        nextAt: new Date(`${year}-01-01`),
        lastAt: null,
        lastRunId: null,
      },
      {
        workflow: 'a',
        cron: '0 0 30 2 *',
        timezone: 'UTC',
        catchUp: 'none',
        overlap: 'allow',
        nextAt: null,
        lastAt: null,
        lastRunId: null,
      },
    ]);
    expect(await schedules.nextFires('b', 2)).toEqual([new Date(`${year}-01-01`), new Date(`${year + 1}-01-01`)]);
    expect(await schedules.nextFires('a', 1)).toEqual([new Date(`${year - 1}-12-31T23:00Z`)]);
  });
});
