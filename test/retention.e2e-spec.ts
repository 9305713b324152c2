import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { ApprovalDesk } from '../src/approvals/approval-desk.js';
import { Audit, Sessions } from '../src/identity/index.js';
import { Jobs } from '../src/jobs/index.js';
import { EventWaits } from '../src/runs/outside/event-waits.js';
import { Retention } from '../src/runs/retention/retention.js';
import { Sweeper } from '../src/runs/sweeper.js';
import { AlertStarts } from '../src/triggers/alert-starts.js';
import { BurstClock } from '../src/triggers/bursts/burst-clock.js';
import { TestHub } from './support/api/hub.js';
import { until } from './crash/arena.js';
import { daysAgo, oldRun } from './support/old-runs.js';

const page = readFileSync(join(import.meta.dirname, '../docs/guides/operations.md'), 'utf8');

describe('what a hub keeps', () => {
  let hub: TestHub;
  const query = async <T extends object>(text: string, ...values: unknown[]) =>
    (await hub.database.pool.query<T>(text, values)).rows;
  const inside = <T>(type: abstract new (...args: any[]) => T): T => hub.app.get(type, { strict: false });
  const column = async (text: string) => (await query<{ name: string }>(text)).map(({ name }) => name);
  const old = (n = 31) => daysAgo(n);
  let open: string;
  let kept: string;
  let gone: string;

  beforeAll(async () => {
    // Longer than approvals and keys, so that each is seen to go by its own time.
    hub = await TestHub.start({}, { retentionMs: 40 * 86_400_000 });
    inside(Retention).restMs = 0;
    open = await oldRun(hub.database, 60, null);
    kept = await oldRun(hub.database, 39, 39);
    gone = uuidv7({ msecs: daysAgo(60).getTime() });
  });
  afterAll(() => hub.close());

  test('has a place in the guide, table by table', async () => {
    const tables = await column(
      `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'migrations'
        AND relnamespace = current_schema()::regnamespace ORDER BY 1`,
    );
    const rows = page.slice(page.indexOf('## Retention')).split('\n').filter((line) => line.startsWith('| ')); // prettier-ignore
    const told = rows.slice(2).flatMap((row) => [...row.split('|')[2]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    expect(told.toSorted()).toEqual(tables);
  });

  test('of runs: themselves, and the keys of what started them', async () => {
    const passed = await oldRun(hub.database, 41, 40.1);
    const key = (kind: string, name: string, days: number, run: string) =>
      query(`INSERT INTO trigger_dedupe VALUES ($1, 'flow', $2, $3, NULL, $4)`, kind, name, run, old(days));
    for (const kind of ['webhook', 'event', 'schedule', 'alert', 'workflow']) {
      await key(kind, 'old', 41, gone);
      await key(kind, 'young', 39, gone);
      await key(kind, 'old of an open run', 41, open);
    }
    const event = (id: string, days: number | null) =>
      query(
        `INSERT INTO event (id, source, type, received_at, dispatched_at) VALUES ($1, 's', 't', $2, $3)`,
        id,
        old(60),
        days === null ? null : old(days),
      );
    await event('old', 31);
    await event('young', 29);
    const signal = `INSERT INTO run_inbox (run_id, kind, data, created_at) VALUES ($1, 'RunResumed', '{"by":"x"}', $2)`;
    await query(signal, gone, old(1));
    await query(signal, kept, old(1));
    expect(await inside(Retention).sweep()).toMatchObject({ runs: 1, keys: 5, events: 1 });
    const runs = await query<{ id: string }>('SELECT id FROM run ORDER BY id');
    expect(runs.map(({ id }) => id)).toEqual([open, kept]);
    expect(runs).not.toContainEqual({ id: passed });
    expect(new Set(await column('SELECT key AS name FROM trigger_dedupe'))).toEqual(new Set(['young', 'old of an open run'])); // prettier-ignore
    expect(await column('SELECT id AS name FROM event')).toEqual(['young']);
    expect(await query('SELECT run_id FROM run_inbox')).toEqual([{ run_id: kept }]);
  });

  test('of approvals: as long as the run, and at least 30 days', async () => {
    const approval = (step: string, run: string, status: string, days: number | null) =>
      query(
        `INSERT INTO approval (id, run_id, workflow_id, step, message, approvers, status, requested_at, decided_at)
         VALUES ($1, $2, 'flow', $3, 'Go?', '{}', $4, $5, $6)`,
        uuidv7(),
        run,
        step,
        status,
        old(60),
        days === null ? null : old(days),
      );
    for (const status of ['approved', 'rejected', 'expired', 'cancelled']) {
      await approval(`${status} long ago`, gone, status, 31);
      await approval(`${status} lately`, gone, status, 29);
      await approval(`${status} long ago`, kept, status, 31);
    }
    await approval('nobody decided', gone, 'pending', null);
    await approval('waits', open, 'pending', null);
    await inside(ApprovalDesk).tidy();
    const rows = await query<{ step: string; kept: boolean }>(
      `SELECT step, run_id <> $1 AS kept FROM approval WHERE step LIKE '%ago' OR step LIKE '%lately' ORDER BY id`,
      gone,
    );
    expect(rows).toEqual(
      ['approved', 'rejected', 'expired', 'cancelled'].flatMap((status) => [
        { step: `${status} lately`, kept: false },
        { step: `${status} long ago`, kept: true },
      ]),
    );
    const others = await query(`SELECT step, status FROM approval WHERE step IN ('nobody decided', 'waits') ORDER BY step`); // prettier-ignore
    expect(others).toEqual([
      { step: 'nobody decided', status: 'cancelled' },
      { step: 'waits', status: 'pending' },
    ]);
  });

  test('of what runs wait for: until they have ended', async () => {
    for (const run of [open, kept, gone]) {
      await query(
        `INSERT INTO event_wait (run_id, step, type, path, value, workflow_id, version, scope) VALUES ($1, 'w', 't', '', '', 'flow', 'v1', '{}')`,
        run,
      );
      await query(
        `INSERT INTO run_slot (workflow_id, key, run_id, capacity, holds, created_at) VALUES ('flow', 'k', $1, 9, true, $2)`,
        run,
        old(1),
      );
    }
    await inside(EventWaits).sweep();
    await inside(Sweeper).sweep();
    expect(await query('SELECT run_id FROM event_wait')).toEqual([{ run_id: open }]);
    expect(await query('SELECT run_id FROM run_slot')).toEqual([{ run_id: open }]);
  });

  test('of bursts: until they end, also where nobody wants them any more', async () => {
    const burst = (key: string, due: Date) =>
      query(
        `INSERT INTO event_burst VALUES ('nobody', 'e', $1, (SELECT min(seq) FROM event), 1, '{}', $2, $3)`,
        key,
        old(1),
        due,
      );
    await burst('over', old(1));
    await burst('goes on', new Date(Date.now() + 3_600_000));
    await inside(BurstClock).look();
    expect(await column('SELECT key AS name FROM event_burst')).toEqual(['goes on']);
  });

  test('of alerts and of who changed what: decisions 30 days, the audit log a year', async () => {
    const decided = (occurrence: string, days: number) =>
      query(
        `INSERT INTO alert_start (workflow_id, occurrence, entry, target, alert, decision, at) VALUES ('flow', $1, 'e', 't', 'a', 'started', $2)`,
        occurrence,
        old(days),
      );
    await decided('old', 31);
    await decided('young', 29);
    await inside(AlertStarts).forget();
    expect(await column('SELECT occurrence AS name FROM alert_start')).toEqual(['young']);

    const changed = (target: string, days: number) =>
      query(
        `INSERT INTO audit_entry (at, actor_kind, actor, action, target_kind, target) VALUES ($1, 'token', 'ann', 'run.cancel', 'run', $2)`,
        old(days),
        target,
      );
    await changed('old', 366);
    await changed('young', 364);
    await inside(Audit).prune();
    expect(await column(`SELECT target AS name FROM audit_entry WHERE actor = 'ann'`)).toEqual(['young']);
  });

  test('of who was here: browsers until their session is over, replicas until they are dead', async () => {
    const { id: token } = (await query<{ id: string }>('SELECT id FROM token LIMIT 1'))[0]!;
    const session = (name: string, ends: Date) =>
      query('INSERT INTO session (hash, token_id, expires_at) VALUES ($1, $2, $3)', Buffer.from(name), token, ends);
    await session('old', old(0.1));
    await session('young', daysAgo(-1));
    await inside(Sessions).open(token);
    const names = await query<{ hash: Buffer }>('SELECT hash FROM session WHERE length(hash) < 10');
    expect(names.map(({ hash }) => hash.toString())).toEqual(['young']);

    const dead = uuidv7();
    await query(
      `INSERT INTO replica (id, lock_key, host, pid, role, heartbeat_at) VALUES ($1, 1, 'h', 1, 'all', $2)`,
      dead,
      old(1),
    );
    await until(async () => (await query('SELECT FROM replica WHERE id = $1', dead)).length === 0, 20_000);
    expect(await query('SELECT FROM replica')).toHaveLength(1);
  });

  test('of jobs: none that nobody will do', async () => {
    await query(`SELECT graphile_worker.add_job('of-no-hub', json_build_object('n', n)) FROM generate_series(1, 2) n`);
    await query(`UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE payload::jsonb ->> 'n' = '1'`);
    await inside(Jobs).tidy();
    const left = await column(`SELECT payload::jsonb ->> 'n' AS name FROM graphile_worker._private_jobs WHERE payload::jsonb ? 'n'`); // prettier-ignore
    expect(left).toEqual(['2']);
  });
});
