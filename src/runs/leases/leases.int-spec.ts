import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { testDatabase } from '../../../test/support/database.js';
import { insertRun, insertSignal, register, writeOf, RecordingWriter } from '../../../test/support/runs.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { loadConfig } from '../../config/index.js';
import { Database } from '../../database/index.js';
import { Jobs } from '../../jobs/index.js';
import type { Events } from '../../events/index.js';
import { Journal } from '../journal/journal.js';
import { Replica } from '../replica.js';
import { driveTask, Leases } from './leases.js';

Logger.overrideLogger(false);

let database: Database;
let jobs: Jobs;
let replica: Replica;
let leases: Leases;

beforeAll(async () => {
  database = await testDatabase();
  jobs = new Jobs(database, loadConfig({}, '/'), 'api');
  replica = await registered();
  leases = new Leases(database, jobs, replica);
});
afterAll(async () => {
  await leases.onApplicationShutdown();
  await database.close();
});

async function registered(): Promise<Replica> {
  const one = new Replica('all');
  await register(database, one);
  return one;
}

const query = async (text: string, ...values: unknown[]) =>
  (await database.pool.query(text, values)).rows as Record<string, unknown>[];
const row = async (id: string) => (await query('SELECT * FROM run WHERE id = $1', id))[0]!;
/** When jobs hint at the run: seconds from now. */
const hints = async (id: string) => {
  const sql = `SELECT extract(epoch FROM j.run_at - now())::int AS s FROM graphile_worker._private_jobs j
    JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = $1 AND j.payload->>'run' = $2`;
  return (await query(sql, driveTask, id)).map(({ s }) => s as number);
};
const inMs = (ms: number) => new Date(Date.now() + ms);

describe('taking a run', () => {
  it('makes this replica its owner and raises the epoch, so that whoever had it writes no more', async () => {
    const id = await insertRun(database, { epoch: 4, seq: 7, suspect: true, crashes: 2, lost_owner: randomUUID() });
    const leased = await leases.acquire(id);
    expect(leased).toMatchObject({
      id,
      epoch: 5,
      seq: 7,
      suspect: true,
      crashes: 2,
      workflow_id: 'flow',
      version: 'v1',
      status: 'running',
    });
    expect(await row(id)).toMatchObject({ owner: replica.id, epoch: 5, wake_at: null });
  });

  it('succeeds once, whoever else wants it at the same moment', async () => {
    const id = await insertRun(database);
    const other = new Leases(database, jobs, await registered());
    const rows = await Promise.all([leases.acquire(id), leases.acquire(id), other.acquire(id), other.acquire(id)]);
    expect(rows.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await leases.acquire(id)).toBeUndefined();
    expect((await row(id))['epoch']).toBe(2);
    await other.onApplicationShutdown();
  });

  it.each<[string, Record<string, string | Date | null>, boolean]>([
    ['has an owner', { owner: randomUUID() }, false],
    ['has ended', { finished_at: inMs(-1), status: 'succeeded' }, false],
    ['is not due yet', { wake_at: inMs(60_000), status: 'waiting' }, false],
    ['is due', { wake_at: inMs(-10), status: 'waiting' }, true],
  ])('that %s', async (_, columns, granted) => {
    const id = await insertRun(database, columns);
    expect((await leases.acquire(id)) !== undefined).toBe(granted);
  });

  it('that sleeps succeeds when a signal is there', async () => {
    const id = await insertRun(database, { wake_at: inMs(60_000) });
    await insertSignal(database, id);
    expect(await leases.acquire(id)).toMatchObject({ id });
  });

  it('fails for a replica that was declared dead, or is not known under its new name yet', async () => {
    const evicted = new Leases(database, jobs, new Replica('all'));
    const id = await insertRun(database);
    expect(await evicted.acquire(id)).toBeUndefined();
    expect(await row(id)).toMatchObject({ owner: null, epoch: 1 });
    await evicted.onApplicationShutdown();
  });

  it('that does not exist fails', async () => {
    expect(await leases.acquire(randomUUID())).toBeUndefined();
  });

  it('takes a hundred at once, each answered for itself', async () => {
    const free = await Promise.all(Array.from({ length: 50 }, () => insertRun(database)));
    const taken = await Promise.all(Array.from({ length: 50 }, () => insertRun(database, { owner: randomUUID() })));
    const rows = await Promise.all([...free, ...taken].map((id) => leases.acquire(id)));
    expect(rows.map((one) => one?.id)).toEqual([...free, ...Array<undefined>(50).fill(undefined)]);
  });
});

describe('giving a run back', () => {
  const owned = async (more = {}) => {
    const id = await insertRun(database, more);
    return { id, epoch: (await leases.acquire(id))!.epoch };
  };

  it('leaves it to whoever comes when it is due; no job stands for it until then', async () => {
    const { id, epoch } = await owned();
    const wakeAt = Date.now() + 3_600_000;
    expect(await leases.release(id, epoch, wakeAt)).toBe(true);
    const { owner, wake_at: due } = await row(id);
    expect(owner).toBeNull();
    expect(Math.abs((due as Date).getTime() - wakeAt)).toBeLessThan(2000);
    expect(await hints(id)).toEqual([]);
    expect(await leases.due(10)).not.toContain(id);
    await query(`UPDATE run SET wake_at = now() - interval '1 day' WHERE id = $1`, id);
    expect(await leases.due(1)).toEqual([id]);
    await query('UPDATE run SET finished_at = now() WHERE id = $1', id);
    expect(await leases.due(10)).not.toContain(id);
  });

  it('without an instant makes it runnable now', async () => {
    const { id, epoch } = await owned();
    await leases.release(id, epoch, undefined);
    expect([await hints(id), (await leases.acquire(id))?.epoch]).toEqual([[0], epoch + 2]);
  });

  it('sleeps as long as it should when the clocks of hub and database differ', async () => {
    const { id, epoch } = await owned();
    const now = Date.now;
    Date.now = () => now() - 600_000; // this process's clock is behind
    try {
      await leases.release(id, epoch, Date.now() + 60_000);
    } finally {
      Date.now = now;
    }
    expect(await leases.acquire(id)).toBeUndefined();
    const [{ s: seconds }] = (await query('SELECT extract(epoch FROM wake_at - now())::int AS s FROM run WHERE id = $1', id)) as [{ s: number }]; // prettier-ignore
    expect(Math.abs(seconds - 60)).toBeLessThan(5);
  });

  it('whose answer is lost takes the run away from who gave it back', async () => {
    const proxy = await TcpProxy.open(database.url);
    const cut = new Leases(new Database({ url: proxy.url, description: '', poolSize: 1 }), jobs, replica);
    const { id, epoch } = await owned();
    const lost = proxy.loseAnswer('release');
    const answer = cut.release(id, epoch, Date.now() + 1e6);
    await lost;
    await expect(answer).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE' });
    expect(await row(id)).toMatchObject({ owner: null });
    const journal = new Journal(database, null as unknown as Events, undefined as never);
    for (const write of [writeOf(id, { epoch }), writeOf(id, { epoch, events: [] })]) {
      const writer = new RecordingWriter(write);
      journal.append(writer);
      expect(await writer.verdict).toBe('lost');
    }
    await journal.onApplicationShutdown();
    await cut.onApplicationShutdown();
    await proxy.close();
  });

  it('is refused while a signal waits: it would sleep through it', async () => {
    const { id, epoch } = await owned();
    const signal = await insertSignal(database, id);
    expect(await leases.release(id, epoch, Date.now() + 1e6)).toBe(false);
    expect(await row(id)).toMatchObject({ owner: replica.id });
    await query('DELETE FROM run_inbox WHERE id = $1', signal);
    expect(await leases.release(id, epoch, undefined)).toBe(true);
  });

  it('is refused when the run is lost', async () => {
    const { id, epoch } = await owned();
    await query('UPDATE run SET epoch = epoch + 1, owner = $2 WHERE id = $1', id, randomUUID());
    expect(await leases.release(id, epoch, undefined)).toBe(false);
    expect((await row(id))['owner']).not.toBeNull();
  });

  it('of one run harms no other in the same statement', async () => {
    const [one, other] = [await owned(), await owned()];
    await insertSignal(database, one.id);
    const answers = await Promise.all([
      leases.release(one.id, one.epoch, undefined),
      leases.release(other.id, other.epoch, undefined),
    ]);
    expect(answers).toEqual([false, true]);
  });

  it('that a signal races with loses neither: its job comes after, and finds the run free', async () => {
    const { id, epoch } = await owned();
    const signal = await database.pool.connect();
    await signal.query('BEGIN');
    await signal.query(`INSERT INTO run_inbox (run_id, kind, data) VALUES ($1, 'RunCancelRequested', '{}')`, [id]);
    await jobs.enqueue(signal, [{ task: driveTask, payload: { run: id } }]);
    expect(await leases.release(id, epoch, Date.now() + 1e7)).toBe(true); // the row is not visible yet
    await signal.query('COMMIT');
    signal.release();
    expect(await hints(id)).toHaveLength(1); // the one of the signal: what sleeps has none
    expect(await leases.acquire(id)).toMatchObject({ id });
    expect(await leases.inbox(id)).toMatchObject([{ event: { type: 'RunCancelRequested' } }]);
  });
});

describe('what a replica owns', () => {
  it('is given back whole, without suspicion, and hinted at', async () => {
    const stopping = await registered();
    const its = new Leases(database, jobs, stopping);
    const ids = await Promise.all([1, 2, 3].map(() => insertRun(database)));
    for (const id of ids) await its.acquire(id);
    const foreign = await insertRun(database, { owner: randomUUID() });
    await its.releaseEverything();
    for (const id of ids) {
      expect(await row(id)).toMatchObject({
        owner: null,
        lost_owner: null,
        epoch: 3,
        suspect: false,
        solo: false,
        wake_at: null,
      });
      expect(await hints(id)).toEqual([0]);
    }
    expect(await row(foreign)).toMatchObject({ epoch: 1 });
    await its.onApplicationShutdown();
  });

  it('is listed, and given back run by run where the epoch is still the same', async () => {
    const its = new Leases(database, jobs, await registered());
    const [one, moved] = [await insertRun(database), await insertRun(database)];
    await its.acquire(one);
    await its.acquire(moved);
    expect(await its.owned()).toEqual(new Map([[one, 2], [moved, 2]])); // prettier-ignore
    await query('UPDATE run SET epoch = 9 WHERE id = $1', moved);
    await its.giveBack(new Map([[one, 2], [moved, 2]])); // prettier-ignore
    expect(await row(one)).toMatchObject({ owner: null, epoch: 3 });
    expect((await row(moved))['owner']).not.toBeNull();
    await its.onApplicationShutdown();
  });
});

describe('a suspect', () => {
  it('is noted as alone only by its owner', async () => {
    const id = await insertRun(database, { epoch: 3 });
    expect(await leases.markSolo(id, 2)).toBe(false);
    expect(await row(id)).toMatchObject({ solo: false });
    expect(await leases.markSolo(id, 3)).toBe(true);
    expect(await row(id)).toMatchObject({ solo: true });
  });
});

describe('the log and the inbox of a run', () => {
  it('are read in order, as events', async () => {
    const id = await insertRun(database);
    const insert = 'INSERT INTO run_event (run_id, seq, type, data, at) VALUES ($1, $2, $3, $4, $5)';
    await query(insert, id, 3, 'StepStarted', '{"step":"a","attempt":1}', new Date(2000));
    await query(insert, id, 2, 'RunStarted', '{}', new Date(1000));
    const { events: log, bytes } = await leases.log(id);
    expect(log.map(({ type }) => type)).toEqual(['RunCreated', 'RunStarted', 'StepStarted']);
    expect(bytes).toBeGreaterThanOrEqual('{"step":"a","attempt":1}'.length + '{}'.length);
    expect(log[2]).toEqual({ type: 'StepStarted', at: 2000, step: 'a', attempt: 1 });
    const signals = [await insertSignal(database, id), await insertSignal(database, id)];
    expect((await leases.inbox(id)).map((signal) => signal.id)).toEqual(signals);
  });
});
