import { EventEmitter2 } from '@nestjs/event-emitter';
import { Logger } from '@nestjs/common';
import { testDatabase } from '../../../test/support/database.js';
import { eventually } from '../../../test/support/engine.js';
import { insertRun, insertSignal, RecordingWriter, writeOf } from '../../../test/support/runs.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { Database } from '../../database/index.js';
import { Events, EVENTS_PUBLISHED } from '../../events/index.js';
import type { SlotLines } from '../slots/slot-request.js';
import { Journal } from './journal.js';
import type { RunWrite } from './run-write.js';

Logger.overrideLogger(false);

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let database: Database;
let proxy: TcpProxy;
let journal: Journal;
let announced = 0;
/** Places that others were told of. */
let freed: (readonly SlotLines[])[] = [];
const slots = { freed: (lines: readonly SlotLines[]) => void freed.push(lines) };

beforeAll(async () => {
  database = await testDatabase();
  proxy = await TcpProxy.open(database.url);
});
beforeEach(() => {
  announced = 0;
  freed = [];
  const announcer = new EventEmitter2();
  announcer.on(EVENTS_PUBLISHED, () => announced++);
  const through = new Database({ url: proxy.url, description: 'through the proxy', poolSize: 1 });
  journal = new Journal(through, new Events(database, undefined as never, announcer), slots as never);
});
afterEach(() => journal.onApplicationShutdown());
afterAll(async () => {
  await proxy.close();
  await database.close();
});

const query = async (text: string, ...values: unknown[]) =>
  (await database.pool.query(text, values)).rows as Record<string, unknown>[];
const types = async (id: string) =>
  (await query('SELECT seq, type FROM run_event WHERE run_id = $1 ORDER BY seq', id)).map(
    ({ seq, type }) => `${seq as number} ${type as string}`,
  );
const row = async (id: string) => (await query('SELECT * FROM run WHERE id = $1', id))[0]!;

function append(write: RunWrite): Promise<'written' | 'lost'> {
  const writer = new RecordingWriter(write);
  journal.append(writer);
  return writer.verdict;
}

/** The server process of the journal's connection. */
async function terminateJournal(): Promise<void> {
  await query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'commandcenter journal' AND datname = current_database()`);
}

describe('the journal', () => {
  it('drops a run that brings out a defect, and harms no other', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => insertRun(database)));
    class Broken extends RecordingWriter {
      constructor(
        id: string,
        private readonly at: 'take' | 'written',
      ) {
        super(writeOf(id));
      }
      override take(): RunWrite | undefined {
        if (this.at === 'take') throw new RangeError('too deep');
        return super.take();
      }
      override written(): void {
        throw new TypeError('a defect');
      }
    }
    const writers = [
      new Broken(ids[0]!, 'take'),
      new Broken(ids[1]!, 'written'),
      new RecordingWriter(writeOf(ids[2]!)),
    ];
    for (const writer of writers) journal.append(writer);
    expect(await Promise.all(writers.map(({ verdict }) => verdict))).toEqual(['lost', 'lost', 'written']);
    expect(await append(writeOf(await insertRun(database)))).toBe('written');
  });

  it('says written when the rows are durable, events and state together (J1)', async () => {
    const id = await insertRun(database, { owner: '11111111-1111-4111-8111-111111111111', crashes: 2 });
    const seen: unknown[] = [];
    const write = writeOf(id, {
      costUsd: 0.5,
      activeMs: 12.5,
      startedAt: 1_700_000_000_123,
      suspect: true,
      solo: true,
    });
    class Looking extends RecordingWriter {
      override written(): void {
        void types(id).then((found) => (seen.push(...found), super.written()));
      }
    }
    const looking = new Looking(write);
    journal.append(looking);
    expect(await looking.verdict).toBe('written');
    expect(seen).toEqual(['1 RunCreated', '2 RunStarted']);
    expect(await row(id)).toMatchObject({
      seq: 2, status: 'running', cost_usd: 0.5, active_ms: 12.5, suspect: true, solo: true, crashes: 2, epoch: 1,
      started_at: new Date(1_700_000_000_123), finished_at: null, owner: '11111111-1111-4111-8111-111111111111',
    }); // prettier-ignore
  });

  it('takes the owner away with the end, and the crashes with an acquittal', async () => {
    const id = await insertRun(database, { owner: '11111111-1111-4111-8111-111111111111', crashes: 2 });
    const error = JSON.stringify({ code: 'X' });
    await append(writeOf(id, { status: 'failed', finishedAt: 1_700_000_000_000, acquitted: true, error }));
    expect(await row(id)).toMatchObject({ owner: null, status: 'failed', crashes: 0, error });
  });

  it('writes many runs in a handful of transactions', async () => {
    const ids = await Promise.all(Array.from({ length: 150 }, () => insertRun(database)));
    expect(new Set(await Promise.all(ids.map((id) => append(writeOf(id)))))).toEqual(new Set(['written']));
    const [{ n }] = (await query(
      'SELECT count(DISTINCT xmin::text)::int AS n FROM run_event WHERE run_id = ANY($1) AND seq = 2',
      ids,
    )) as [{ n: number }];
    expect(n).toBeLessThan(10);
    await append(writeOf(ids[0]!, { fromSeq: 2, events: [{ seq: 3, type: 'StepSkipped', data: '{}', at: 1 }] }));
    expect(await types(ids[0]!)).toEqual(['1 RunCreated', '2 RunStarted', '3 StepSkipped']);
  });

  it('stores every text that JSON can hold, and large ones', async () => {
    const id = await insertRun(database);
    const texts = ['\u0000\u001e\u001f', '\\"\'{},NULL', '\ud800 half', '\u{1f600} ä \u2028', '', 'x'.repeat(300_000)];
    const events = texts.map((text, n) => ({
      seq: n + 2,
      type: 'StepSucceeded',
      data: JSON.stringify({ output: text }),
      at: 1,
    }));
    expect(await append(writeOf(id, { events }))).toBe('written');
    const stored = await query('SELECT data FROM run_event WHERE run_id = $1 AND seq > 1 ORDER BY seq', id);
    expect(stored.map(({ data }) => (JSON.parse(data as string) as { output: string }).output)).toEqual(texts);
  });

  it('writes state without events: a lease is checked, a signal removed', async () => {
    const id = await insertRun(database);
    const signal = await insertSignal(database, id);
    expect(await append(writeOf(id, { events: [], inbox: [signal] }))).toBe('written');
    expect(await query('SELECT id FROM run_inbox WHERE run_id = $1', id)).toEqual([]);
    expect(await types(id)).toEqual(['1 RunCreated']);
  });
});

describe('the fence (J2)', () => {
  it('keeps everything of a run out whose epoch moved on, and writes the others', async () => {
    const lost = await insertRun(database, { epoch: 2, status: 'waiting' });
    const ours = await insertRun(database);
    const signals = [await insertSignal(database, lost), await insertSignal(database, ours)];
    const emitted = (id: string) => [
      { id: `${id}/a/0`, source: '/workflows/flow', type: 'x', at: Date.now(), traceparent, data: { n: 1 } },
    ];
    const before = await row(lost);
    const verdicts = await Promise.all([
      append(writeOf(lost, { inbox: [signals[0]!], emitted: emitted(lost), status: 'succeeded', finishedAt: 1 })),
      append(writeOf(ours, { inbox: [signals[1]!], emitted: emitted(ours) })),
    ]);
    expect(verdicts).toEqual(['lost', 'written']);
    expect([await types(lost), await row(lost)]).toEqual([['1 RunCreated'], before]);
    expect(await query('SELECT run_id FROM run_inbox WHERE id = ANY($1)', signals)).toEqual([{ run_id: lost }]);
    expect(
      await query('SELECT id, type, data FROM event WHERE id LIKE $1 OR id LIKE $2', `${lost}%`, `${ours}%`),
    ).toEqual([{ id: `${ours}/a/0`, type: 'x', data: '{"n":1}' }]);
    expect(announced).toBe(1);
  });

  it('keeps the places of a run whose epoch moved on, and frees those of a run that ended', async () => {
    const lost = await insertRun(database, { epoch: 2 });
    const ours = await insertRun(database);
    const places = { workflow: 'flow', keys: ['k'] };
    for (const id of [lost, ours]) {
      await query(
        "INSERT INTO run_slot (workflow_id, key, run_id, capacity, holds) VALUES ('flow', 'k', $1, 2, true)",
        id,
      );
    }
    await Promise.all(
      [lost, ours].map((id) => append(writeOf(id, { status: 'succeeded', finishedAt: 1, slots: places }))),
    );
    expect(await query('SELECT run_id FROM run_slot WHERE run_id = ANY($1)', [lost, ours])).toEqual([{ run_id: lost }]);
    expect(freed).toEqual([[places]]);
  });

  it('does not delete signals of another run', async () => {
    const [one, other] = [await insertRun(database), await insertRun(database, { epoch: 5 })];
    const foreign = await insertSignal(database, other);
    await append(writeOf(one, { inbox: [foreign] }));
    await append(writeOf(other, { inbox: [foreign] }));
    expect(await query('SELECT id FROM run_inbox WHERE id = $1', foreign)).toHaveLength(1);
  });

  it('keeps out a run that does not exist, and one whose log goes on elsewhere', async () => {
    expect(await append(writeOf('019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f'))).toBe('lost');
    expect(await append(writeOf(await insertRun(database, { seq: 9 })))).toBe('lost');
  });

  it('publishes an emitted event once, though a repeated attempt emits it again', async () => {
    const id = await insertRun(database);
    const emitted = [
      {
        id: `${id}/a/0`,
        source: '/workflows/flow',
        type: 'x',
        subject: 's',
        at: 1_700_000_000_000,
        traceparent,
        data: undefined,
      },
    ];
    await append(writeOf(id, { emitted }));
    await append(writeOf(id, { emitted, fromSeq: 2, events: [] }));
    expect(await query('SELECT id, subject, time, data FROM event WHERE id LIKE $1', `${id}%`)).toEqual([
      { id: `${id}/a/0`, subject: 's', time: new Date(1_700_000_000_000), data: null },
    ]);
  });

  it('waits for a take-over that is under way, and then writes nothing', async () => {
    const id = await insertRun(database);
    const other = await database.pool.connect();
    await other.query('BEGIN');
    await other.query('UPDATE run SET epoch = epoch + 1, owner = NULL WHERE id = $1', [id]);
    const verdict = append(writeOf(id));
    await eventually(async () => {
      const waiting = await query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'commandcenter journal' AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    await other.query('COMMIT');
    other.release();
    expect(await verdict).toBe('lost');
    expect(await types(id)).toEqual(['1 RunCreated']);
  });

  it('holds against a statement that arrives after the take-over, minutes late', async () => {
    await append(writeOf(await insertRun(database))); // the statement is known to the server
    const ids = await Promise.all(Array.from({ length: 20 }, () => insertRun(database)));
    const held = proxy.hold('journal');
    const verdicts = Promise.all(ids.map((id) => append(writeOf(id))));
    const statement = await held;
    await query('UPDATE run SET epoch = epoch + 1 WHERE id = ANY($1)', ids.slice(0, 19));
    await query(
      `INSERT INTO run_event (run_id, seq, type, data, at) SELECT unnest($1::uuid[]), 2, 'RunTakenOver', '{}', now()`,
      ids.slice(0, 19),
    );
    await query('UPDATE run SET seq = 2 WHERE id = ANY($1)', ids.slice(0, 19));
    statement.release();
    expect(await verdicts).toEqual([...Array<string>(19).fill('lost'), 'written']);
    expect(
      await query(`SELECT count(*)::int AS stale FROM run_event WHERE run_id = ANY($1) AND type = 'RunStarted'`, ids),
    ).toEqual([{ stale: 1 }]);
  });
});

describe('a statement whose outcome is unknown (J3)', () => {
  const once = ['1 RunCreated', '2 RunStarted'];

  it('took effect, and its answer was lost: it is not written again', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => insertRun(database)));
    const lost = proxy.loseAnswer('journal');
    const verdicts = Promise.all(ids.map((id) => append(writeOf(id))));
    await lost;
    expect(await verdicts).toEqual(['written', 'written', 'written']);
    for (const id of ids) expect(await types(id)).toEqual(once);
  });

  it('never reached the server: it is written again', async () => {
    const id = await insertRun(database);
    const held = proxy.hold('journal');
    const verdict = append(writeOf(id));
    (await held).drop();
    expect(await verdict).toBe('written');
    expect(await types(id)).toEqual(once);
  });

  it('reaches the server after it was written again: it finds nothing to do', async () => {
    const id = await insertRun(database);
    const held = proxy.hold('journal');
    const verdict = append(writeOf(id));
    const statement = await held;
    statement.cutClient();
    expect(await verdict).toBe('written');
    statement.release();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([await types(id), (await row(id))['seq']]).toEqual([once, 2]);
  });

  it('is still waiting in the server when it is tried again: it takes effect once', async () => {
    const id = await insertRun(database);
    const other = await database.pool.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM run WHERE id = $1 FOR UPDATE', [id]);
    const held = proxy.hold('journal');
    const verdict = append(writeOf(id));
    const statement = await held;
    statement.release();
    await eventually(async () => {
      const waiting = await query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'commandcenter journal' AND wait_event_type = 'Lock'`,
      );
      expect(waiting).toHaveLength(1);
    });
    statement.cutClient();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await other.query('COMMIT');
    other.release();
    expect(await verdict).toBe('written');
    expect(await types(id)).toEqual(once);
  });

  it('was ended by the server, ten times over: every run is written exactly once', async () => {
    const ids: string[] = [];
    const verdicts: Promise<string>[] = [];
    for (let n = 0; n < 10; n++) {
      const batch = await Promise.all(Array.from({ length: 10 }, () => insertRun(database)));
      ids.push(...batch);
      verdicts.push(...batch.map((id) => append(writeOf(id))));
      await terminateJournal();
    }
    expect(new Set(await Promise.all(verdicts))).toEqual(new Set(['written']));
    const counts = await query('SELECT count(*)::int AS n FROM run_event WHERE run_id = ANY($1) GROUP BY run_id', ids);
    expect(counts).toEqual(Array(100).fill({ n: 2 }));
  });

  it('belongs to a run that was taken over meanwhile: it is lost, not written', async () => {
    const id = await insertRun(database);
    const held = proxy.hold('journal');
    const verdict = append(writeOf(id));
    const statement = await held;
    await query('UPDATE run SET epoch = 2 WHERE id = $1', id);
    statement.drop();
    expect(await verdict).toBe('lost');
    expect(await types(id)).toEqual(['1 RunCreated']);
  });
});

describe('a row that cannot be written', () => {
  it('harms no other run of its flush, and is given up for a minute', async () => {
    const ids = await Promise.all(
      Array.from({ length: 9 }, () => insertRun(database, { owner: '11111111-1111-4111-8111-111111111111' })),
    );
    const bad = ids[4]!;
    await query(`INSERT INTO run_event (run_id, seq, type, data, at) VALUES ($1, 2, 'Stranger', '{}', now())`, bad);
    const verdicts = await Promise.all(ids.map((id) => append(writeOf(id))));
    expect(verdicts.filter((verdict) => verdict === 'lost')).toHaveLength(1);
    expect(verdicts[4]).toBe('lost');
    for (const id of ids.filter((one) => one !== bad))
      expect(await types(id)).toEqual(['1 RunCreated', '2 RunStarted']);
    const given = await row(bad);
    expect(given).toMatchObject({ owner: null, epoch: 2, seq: 1 });
    const inMs = (given['wake_at'] as Date).getTime() - Date.now();
    expect(inMs).toBeGreaterThan(50_000);
    expect(inMs).toBeLessThan(70_000);
  });

  it('is not held against its run the next time', async () => {
    const id = await insertRun(database, { epoch: 2 });
    expect(await append(writeOf(id, { epoch: 2 }))).toBe('written');
  });
});

describe('a journal that shuts down', () => {
  it('leaves nobody waiting when the database is gone', async () => {
    const id = await insertRun(database);
    const held = proxy.hold('journal');
    const verdict = append(writeOf(id));
    const statement = await held;
    const down = journal.onApplicationShutdown();
    statement.drop();
    await down;
    expect(await verdict).toBe('lost');
  });
});
