import { v7 as uuidv7 } from 'uuid';
import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import type { Actions } from '../../test/support/test-agent.js';
import { entities } from '../app.module.js';
import { Database } from '../database/index.js';
import { Definitions } from '../definitions/index.js';
import type { SlotRequest, StartedRun } from './index.js';
import { Replica } from './replica.js';
import { Signals } from './signals.js';
import { slotsOf } from './slots/slot-request.js';
import { slotSql } from './slots/slot-sql.js';
import { SlotStarts } from './starting/slot-starts.js';
import { Slots } from './slots/slots.js';
import { Starts } from './starting/starts.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs at it now, and the most that ever were, by key. */
const going = new Map<string, number>();
const most = new Map<string, number>();
/** Runs in the order in which they began, by key. */
const began = new Map<string, string[]>();
/** Runs of `hold` that wait to be let go. */
const held = new Map<string, () => void>();

async function counted(key: string, run: string, work: () => Promise<unknown>): Promise<void> {
  const now = (going.get(key) ?? 0) + 1;
  going.set(key, now);
  most.set(key, Math.max(most.get(key) ?? 0, now));
  began.set(key, [...(began.get(key) ?? []), run]);
  try {
    await work();
  } finally {
    going.set(key, going.get(key)! - 1);
  }
}

const actions: Actions = {
  work: ({ key, ms }, { run }) => counted(key, run.id, () => sleep(ms)),
  hold: ({ key }, { run, signal }) =>
    counted(
      key,
      run.id,
      () =>
        new Promise((resolve, reject) => {
          held.set(run.id, () => resolve('let go'));
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    ),
};

const work = { a: { uses: 'test.work', with: { key: '${{ input.key }}', ms: '${{ input.ms }}' } } };
const hold = { a: { uses: 'test.hold', with: { key: '${{ input.key }}' } } };
const key = '${{ input.key }}';
const workflows = {
  'three-at-a-time': { concurrency: { key, limit: 3 }, steps: work },
  'one-by-one': { concurrency: { key }, steps: work },
  single: { concurrency: {}, steps: hold },
  queue: { concurrency: { key }, steps: hold },
  skip: { concurrency: { key, whenFull: 'skip' as const }, steps: hold },
  newest: { concurrency: { key, whenFull: 'cancel-oldest' as const }, steps: hold },
  'newest-two': { concurrency: { key, limit: 2, whenFull: 'cancel-oldest' as const }, steps: hold },
  deep: { concurrency: { key: '${{ input.a.b }}' }, steps: hold },
};

let database: Database;
let engine: Engine;
let other: Engine;

beforeAll(async () => {
  database = await testDatabase({ entities, poolSize: 20 });
  const options = { database, plugin: actions, workflows, engine: { maxRuns: 500 } };
  [engine, other] = await Promise.all([startEngine(options), startEngine(options)]);
});
afterAll(async () => {
  await Promise.all([engine.stop(), other.stop()]);
  await database.close();
});

const letGo = (run: string) => eventually(() => held.get(run)!());
const isAt = (run: string) => eventually(() => expect(held.has(run)).toBe(true));
const slots = async (key: string) =>
  (
    await database.pool.query<{ run_id: string; holds: boolean }>(
      'SELECT run_id, holds FROM run_slot WHERE key LIKE $1 ORDER BY seq',
      [`%${key}%`],
    )
  ).rows.map(({ run_id: run, holds }) => [run, holds]);
const status = async (run: string) => (await engine.row(run)).status;

describe('places of runs', () => {
  it('are never more than the limit, with 200 starts at once on two replicas', async () => {
    const input = { key: 'crowd', ms: 5 };
    const starts = Array.from({ length: 200 }, (_, n) =>
      (n % 2 === 0 ? engine : other).start('three-at-a-time', input),
    );
    const runs = await Promise.all(starts);
    for (const { id } of runs) expect(await engine.ended(id, 60_000)).toMatchObject({ status: 'succeeded' });
    expect([began.get('crowd')!.length, most.get('crowd')]).toEqual([200, 3]);
    expect(await slots('crowd')).toEqual([]);
  });

  it('are given in the order in which the starts were accepted', async () => {
    const runs: string[] = [];
    for (let n = 0; n < 12; n++) {
      runs.push((await (n % 3 === 0 ? other : engine).start('one-by-one', { key: 'line', ms: 2 })).id);
    }
    for (const id of runs) await engine.ended(id);
    expect(began.get('line')).toEqual(runs);
    expect(most.get('line')).toBe(1);
  });

  it('are apart by key; without a key all runs of the workflow share them', async () => {
    const [a, b] = await Promise.all([engine.start('queue', { key: 'a' }), engine.start('queue', { key: 'b' })]);
    await Promise.all([isAt(a.id), isAt(b.id)]);
    const [one, two] = [await engine.start('single', { key: 'x' }), await engine.start('single', { key: 'y' })];
    await isAt(one.id);
    expect(two.status).toBe('queued');
    expect(await engine.row(two.id)).toMatchObject({ status: 'queued', owner: null, wake_at: Infinity });
    expect(await engine.log(two.id)).toEqual(['RunCreated']);
    for (const { id } of [a, b, one, two]) await letGo(id);
    for (const { id } of [a, b, one, two]) expect(await engine.ended(id)).toMatchObject({ status: 'succeeded' });
  });

  it('are not asked for twice by one key of idempotency, full or not', async () => {
    const dedupe = { key: 'same' };
    const [first, ...more] = await Promise.all(
      Array.from({ length: 6 }, (_, n) => (n % 2 ? engine : other).start('skip', { key: 'dup' }, { dedupe })),
    );
    expect(new Set([first, ...more].map((run) => run!.id)).size).toBe(1);
    expect([first, ...more].filter((run) => !run!.duplicate)).toHaveLength(1);
    await letGo(first!.id);
    await engine.ended(first!.id);
  });

  it('a key that cannot be told from the input starts nothing', async () => {
    await expect(engine.start('deep', {})).rejects.toMatchObject({ code: 'CC_INPUT_INVALID' });
  });

  it('any text can be a key', async () => {
    const texts = ['\u0000', '\ud800', 'x'.repeat(5_000), '${{ }}'];
    for (const text of texts) {
      const { id } = await engine.start('queue', { key: text });
      await letGo(id);
      expect(await engine.ended(id)).toMatchObject({ status: 'succeeded' });
    }
  });
});

describe('a run that waits', () => {
  it('is cancelled at once, starts no step, and the one behind it moves up', async () => {
    const [first, second, third] = [
      await engine.start('queue', { key: 'cancel' }),
      await engine.start('queue', { key: 'cancel' }),
      await other.start('queue', { key: 'cancel' }),
    ];
    await isAt(first.id);
    await engine.cancel(second.id);
    expect(await engine.ended(second.id)).toMatchObject({ status: 'cancelled' });
    expect(await engine.log(second.id)).toEqual(['RunCreated', 'RunCancelRequested', 'RunCancelled']);
    expect(await slots('cancel')).toEqual([
      [first.id, true],
      [third.id, false],
    ]);
    await letGo(first.id);
    await letGo(third.id);
    expect(await engine.ended(third.id)).toMatchObject({ status: 'succeeded' });
    expect(began.get('cancel')).toEqual([first.id, third.id]);
  });

  it('is not started by hints, signals of another kind, or a take-over', async () => {
    const first = await engine.start('queue', { key: 'hints' });
    const second = await engine.start('queue', { key: 'hints' });
    await isAt(first.id);
    await database.pool.query('UPDATE run SET wake_at = NULL WHERE id = $1', [second.id]);
    await eventually(async () => expect((await engine.row(second.id)).epoch).toBeGreaterThan(1)); // the sweep drove it
    await eventually(async () => expect(await engine.row(second.id)).toMatchObject({ owner: null, wake_at: Infinity }));
    expect(await engine.log(second.id)).toEqual(['RunCreated']);
    await letGo(first.id);
    await letGo(second.id);
    expect(await engine.ended(second.id)).toMatchObject({ status: 'succeeded' });
  });

  it('moves up when the run before it fails or is cancelled', async () => {
    const [first, second] = [await engine.start('queue', { key: 'up' }), await engine.start('queue', { key: 'up' })];
    await isAt(first.id);
    await other.cancel(first.id);
    expect(await engine.ended(first.id)).toMatchObject({ status: 'cancelled' });
    await letGo(second.id);
    expect(await engine.ended(second.id)).toMatchObject({ status: 'succeeded' });
  });

  it('is found when a crash forgot it between the end of the run before and its turn', async () => {
    const [first, second] = [await engine.start('queue', { key: 'gap' }), await engine.start('queue', { key: 'gap' })];
    await isAt(first.id);
    // As a process leaves it that was killed: the end gave the place back, and what would follow never did.
    await database.pool.query('DELETE FROM run_slot WHERE run_id = $1', [first.id]);
    await letGo(second.id);
    expect(await engine.ended(second.id)).toMatchObject({ status: 'succeeded' });
    // Promoted while somebody had it in memory and put it to rest as before.
    const third = await engine.start('queue', { key: 'gap' });
    const fourth = await engine.start('queue', { key: 'gap' });
    await isAt(third.id);
    await database.pool.query('UPDATE run_slot SET holds = true WHERE run_id = $1', [fourth.id]);
    await letGo(fourth.id);
    expect(await engine.ended(fourth.id)).toMatchObject({ status: 'succeeded' });
    for (const { id } of [first, third]) await letGo(id);
    for (const { id } of [first, third]) await engine.ended(id);
  });
});

describe('what is beyond the limit', () => {
  it('skip: is refused with a code, also behind a run that waits itself, and starts when there is room', async () => {
    const first = await engine.start('skip', { key: 's' });
    await expect(other.start('skip', { key: 's' })).rejects.toMatchObject({ code: 'CC_CONCURRENCY_FULL' });
    await letGo(first.id);
    await engine.ended(first.id);
    const next = await other.start('skip', { key: 's' });
    await letGo(next.id);
    await engine.ended(next.id);
  });

  it('cancel-oldest: the one before ends, and the newest goes', async () => {
    const runs: string[] = [];
    for (let n = 0; n < 4; n++) runs.push((await (n % 2 ? engine : other).start('newest', { key: 'new' })).id);
    await letGo(runs[3]!);
    for (const id of runs.slice(0, 3)) expect(await engine.ended(id)).toMatchObject({ status: 'cancelled' });
    expect(await engine.ended(runs[3]!)).toMatchObject({ status: 'succeeded' });
    expect(most.get('new')).toBe(1);
    expect(await engine.events(runs[0]!)).toContainEqual({
      type: 'RunCancelRequested',
      at: expect.any(Number) as number,
      by: 'concurrency',
      reason: `run ${runs[1]} takes its place`,
    });
  });

  it('cancel-oldest with a limit of two: only the oldest', async () => {
    const runs: string[] = [];
    for (let n = 0; n < 3; n++) runs.push((await engine.start('newest-two', { key: 'two' })).id);
    expect(await engine.ended(runs[0]!)).toMatchObject({ status: 'cancelled' });
    await Promise.all([isAt(runs[1]!), isAt(runs[2]!)]);
    expect(await status(runs[1]!)).toBe('running');
    for (const id of runs.slice(1)) await letGo(id);
    for (const id of runs.slice(1)) expect(await engine.ended(id)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a start that waited', () => {
  /** While somebody else counts in the line of this key, as starts of another replica do. */
  const whileLocked = async (key: string, work: () => Promise<void>) => {
    const other = await database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query(slotSql.lock, [['queue'], [`concurrency "${key}"`]]);
      await work();
      await other.query('COMMIT');
    } finally {
      other.release();
    }
  };
  const times = async (run: string) =>
    (await engine.events(run)).flatMap(({ type, at }) =>
      type === 'RunCreated' || type === 'RunStarted' || type === 'StepStarted' ? [{ type, at }] : [],
    );

  it('has started when it got its place, and not when it was asked for', async () => {
    let run: Promise<StartedRun>;
    let free = 0;
    await whileLocked('late', async () => {
      run = engine.start('queue', { key: 'late' });
      await sleep(300);
      free = Date.now();
    });
    const { id, createdAt } = await run!;
    await letGo(id);
    const { started_at } = await engine.ended(id);
    const [created, started, step] = await times(id);
    expect(created).toEqual({ type: 'RunCreated', at: createdAt.getTime() });
    expect(started!.type).toBe('RunStarted');
    expect(started!.at).toBeGreaterThanOrEqual(free);
    expect(free - created!.at).toBeGreaterThanOrEqual(250);
    expect(step!.at).toBeGreaterThanOrEqual(started!.at);
    // The run in memory says what its log does: the row has it from there.
    expect(started_at!.getTime()).toBe(started!.at);
  });

  it('behind another run has started after that one had ended', async () => {
    const [first, second] = [
      await engine.start('queue', { key: 'turn' }),
      await engine.start('queue', { key: 'turn' }),
    ];
    await isAt(first.id);
    await letGo(first.id);
    const { finished_at } = await engine.ended(first.id);
    await letGo(second.id);
    const { started_at } = await engine.ended(second.id);
    expect(started_at!.getTime()).toBeGreaterThanOrEqual(finished_at!.getTime());
  });

  it('has started when it says so, also when the answer to its start was lost', async () => {
    const proxy = await TcpProxy.open(database.url);
    const away = new Database({ url: proxy.url, description: '', poolSize: 1 });
    try {
      const [starts, signals] = [engine.inside(Starts), engine.inside(Signals)];
      const [slots, replica] = [engine.inside(Slots), engine.inside(Replica)];
      const plan = await engine.inside(Definitions).get('queue');
      const [id, asked] = [uuidv7(), Date.now() - 1_000];
      const trigger = { kind: 'manual' } as const;
      const about = { workflow: plan.id, version: plan.version, input: { key: 'lost' }, trigger };
      const lost = proxy.loseAnswer('\0\0\x0bCOMMIT'); // as the wire has it: its length and its text
      const answer = new SlotStarts(away, starts, signals, slots, replica).add({
        ...{ id, plan, trigger, owned: true, status: 'running', key: undefined, fingerprint: undefined },
        ...{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceparent: undefined },
        slots: slotsOf(plan, about.input, trigger),
        events: [
          { type: 'RunCreated', at: asked, ...about },
          { type: 'RunStarted', at: asked },
        ],
      });
      await lost;
      const [, started] = await times(id);
      expect(started!.at).toBeGreaterThan(asked);
      expect(await answer).toEqual({ made: true, owned: true, waits: false, placedAt: started!.at });
      await letGo(id); // as a stray: nobody here was told of it
      await engine.ended(id);
    } finally {
      await away.close();
      await proxy.close();
    }
  });
});

describe('two places for one run', () => {
  const line = (name: string, whenFull: SlotRequest['whenFull'] = 'queue') => [
    { key: `test ${name}`, limit: 1, whenFull },
  ];

  it('do not deadlock: it holds both or none, whatever the order and the replica', async () => {
    const lines = ['p', 'q', 'r'];
    const runs = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        (n % 2 ? engine : other).start(
          'one-by-one',
          { key: lines[n % 3], ms: 2 },
          { slots: line(lines[(n + 1) % 3]!) },
        ),
      ),
    );
    for (const { id } of runs) expect(await engine.ended(id, 60_000)).toMatchObject({ status: 'succeeded' });
    for (const name of lines) expect([began.get(name)!.length, most.get(name)]).toEqual([20, 1]);
  }, 90_000);

  it('of which one is taken: the other stays for it, and nobody overtakes', async () => {
    const blocker = await engine.start('queue', { key: 'blocked' });
    const both = await engine.start('queue', { key: 'blocked' }, { slots: line('shared') });
    const behind = await other.start('queue', { key: 'behind' }, { slots: line('shared') });
    await isAt(blocker.id);
    expect([await status(both.id), await status(behind.id)]).toEqual(['queued', 'queued']);
    await expect(other.start('queue', { key: 'third' }, { slots: line('shared', 'skip') })).rejects.toMatchObject({
      code: 'CC_CONCURRENCY_FULL',
    });
    for (const { id } of [blocker, both, behind]) {
      await letGo(id);
      expect(await engine.ended(id)).toMatchObject({ status: 'succeeded' });
    }
  });
});
