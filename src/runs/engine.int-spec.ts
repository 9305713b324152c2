import { RetryableError, TerminalError } from '@commandcenter/sdk';
import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import type { Actions } from '../../test/support/test-agent.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';
import { Sessions } from './sessions/sessions.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Attempts that were started, as `<step> <attempt>`, by run. */
const calls = new Map<string, string[]>();
const callsOf = (run: string) => calls.get(run) ?? [];
/** Steps of `test.hold` that wait to be let go. */
const held = new Map<string, () => void>();

const actions: Actions = {
  do: (input, { run, step, attempt }) => {
    calls.set(run.id, [...callsOf(run.id), `${step} ${attempt}`]);
    return input;
  },
  flaky: ({ failures }, context) => {
    actions['do']!(null, context);
    if (context.attempt <= failures) throw new RetryableError('not yet');
    return context.attempt;
  },
  fail: () => {
    throw new TerminalError('never');
  },
  sleep: ({ ms }, { signal }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve('slept'), ms);
      signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)));
    }),
  hold: (_, { run, step, attempt, signal }) => {
    calls.set(run.id, [...callsOf(run.id), `${step} ${attempt}`]);
    return new Promise((resolve, reject) => {
      held.set(`${run.id}/${step}`, () => resolve('let go'));
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  },
  emit: async (_, context) => {
    context.emit({ type: 'thing.done', subject: 's', data: { n: 1 } });
    context.cost(0.25, 'tokens');
    context.cost(0.5, 'tokens');
    await sleep(25);
    context.logger.info('said', { n: 1n as never, secret: 'no' });
    return 'emitted';
  },
  bigint: () => 1n,
};

const workflows = {
  chain: {
    steps: {
      a: { with: { n: '${{ input.n }}' } },
      b: { needs: ['a'], with: { n: '${{ steps.a.output.n + 1 }}' } },
      c: { needs: ['b'], if: '${{ steps.b.output.n > 100 }}' },
    },
    output: '${{ steps.b.output.n }}',
  },
  flaky: {
    steps: { a: { uses: 'test.flaky', with: { failures: 2 }, retry: { attempts: 3, delay: '20ms', jitter: false } } },
  },
  patient: {
    steps: {
      a: { uses: 'test.flaky', with: { failures: 1 }, retry: { attempts: 2, delay: '1500ms', jitter: false } },
      b: { needs: ['a'] },
    },
  },
  failing: { steps: { a: { uses: 'test.fail' }, b: { needs: ['a'] }, c: { needs: ['a'], if: 'failure()' } } },
  slow: { steps: { a: { uses: 'test.sleep', with: { ms: 30_000 } }, b: { needs: ['a'] } } },
  impatient: { timeout: '300ms', steps: { a: { uses: 'test.sleep', with: { ms: 30_000 } } } },
  limited: {
    steps: { a: { uses: 'test.sleep', with: { ms: 30_000 }, timeout: '100ms', retry: { attempts: 2, delay: '10ms' } } },
  },
  holding: { timeout: '1h', steps: { a: { uses: 'test.hold' }, b: { needs: ['a'] } } },
  emitting: { cost: { perMinute: 6 }, steps: { a: { uses: 'test.emit' } } },
  unstorable: { steps: { a: { uses: 'test.bigint', retry: { attempts: 3 } } } },
  secretive: { steps: { a: { with: { n: '${{ input.none.deeper }}' } } } },
  wide: { steps: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`s${n}`, {}])) },
};

let database: Database;
let engine: Engine;

beforeAll(async () => {
  database = await testDatabase({ entities });
  engine = await startEngine({ database, plugin: actions, workflows });
});
afterAll(async () => {
  await engine.stop();
  await database.close();
});

const letGo = (run: string, step = 'a') => eventually(() => held.get(`${run}/${step}`)!());
const dataOf = async (id: string, type: string) =>
  (
    await database.pool.query<{ data: string }>(
      'SELECT data FROM run_event WHERE run_id = $1 AND type = $2 ORDER BY seq',
      [id, type],
    )
  ).rows.map(({ data }) => JSON.parse(data) as Record<string, unknown>);

describe('a run on a real database', () => {
  it('goes from start to output, and its log tells how', async () => {
    const started = await engine.start('chain', { n: 1 });
    expect(started).toMatchObject({ workflow: 'chain', duplicate: false, status: 'running' });
    expect(await engine.ended(started.id)).toMatchObject({ status: 'succeeded', owner: null, error: null });
    expect(await dataOf(started.id, 'RunSucceeded')).toEqual([{ output: 2 }]);
    expect(await dataOf(started.id, 'StepSkipped')).toEqual([{ step: 'c', reason: 'if is false' }]);
    expect(callsOf(started.id)).toEqual(['a 1', 'b 1']);
  });

  it('of fifty steps beside each other calls each once', async () => {
    const { id } = await engine.start('wide');
    expect(await engine.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(new Set(callsOf(id)).size).toBe(50);
    expect(callsOf(id)).toHaveLength(50);
  });

  it('beside three hundred others ends like all of them', async () => {
    const started = await Promise.all(Array.from({ length: 300 }, (_, n) => engine.start('chain', { n: n % 50 })));
    for (const { id } of started) expect(await engine.ended(id, 30_000)).toMatchObject({ status: 'succeeded' });
    for (const { id } of started) expect(callsOf(id)).toEqual(['a 1', 'b 1']);
  });

  it('retries what may work later', async () => {
    const { id } = await engine.start('flaky');
    expect(await engine.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(callsOf(id)).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('fails with what a step failed of', async () => {
    const { id } = await engine.start('failing');
    const { status, error } = await engine.ended(id);
    expect([status, JSON.parse(error!)]).toMatchObject(['failed', { type: 'terminal', message: 'never', step: 'a' }]);
    expect(callsOf(id)).toEqual(['c 1']);
  });

  it('fails on an input that cannot be evaluated, without calling the agent', async () => {
    const { id } = await engine.start('secretive');
    expect(JSON.parse((await engine.ended(id)).error!)).toMatchObject({ code: 'CC_EXPRESSION_FAILED', step: 'a' });
    expect(callsOf(id)).toEqual([]);
  });

  it('fails on an output that cannot be stored, at once and for good', async () => {
    const { id } = await engine.start('unstorable');
    expect(JSON.parse((await engine.ended(id)).error!)).toMatchObject({ code: 'CC_STEP_OUTPUT_INVALID' });
  });

  it('stops a step at its timeout, and the run at its own', async () => {
    const [limited, impatient] = [await engine.start('limited'), await engine.start('impatient')];
    expect(JSON.parse((await engine.ended(limited.id)).error!)).toMatchObject({
      type: 'timeout',
      code: 'CC_STEP_TIMEOUT',
    });
    expect(await dataOf(limited.id, 'StepFailed')).toMatchObject([{ attempt: 2 }]);
    expect(JSON.parse((await engine.ended(impatient.id)).error!)).toMatchObject({
      type: 'timeout',
      code: 'CC_RUN_TIMEOUT',
    });
  });

  it('keeps its events, its costs and its log lines', async () => {
    const { id } = await engine.start('emitting');
    const { status, cost_usd, active_ms } = await engine.ended(id);
    expect(status).toBe('succeeded');
    expect(active_ms).toBeGreaterThanOrEqual(24);
    expect(cost_usd).toBeCloseTo(0.75 + (active_ms / 60_000) * 6, 9);
    const { rows } = await database.pool.query('SELECT id, source, type, subject, data FROM event WHERE id LIKE $1', [
      `${id}%`,
    ]);
    expect(rows).toEqual([
      { id: `${id}/a/0`, source: '/workflows/emitting', type: 'thing.done', subject: 's', data: '{"n":1}' },
    ]);
    await eventually(async () => {
      const lines = await database.pool.query('SELECT level, step, attempt, message FROM run_log WHERE run_id = $1', [
        id,
      ]);
      expect(lines.rows).toEqual([{ level: 'info', step: 'a', attempt: 1, message: 'said' }]);
    });
  });
});

describe('a cancel', () => {
  it('stops the step in flight and ends the run', async () => {
    const { id } = await engine.start('slow');
    await sleep(30);
    await engine.cancel(id);
    const { status, error } = await engine.ended(id, 15_000);
    expect([status, JSON.parse(error!)]).toMatchObject([
      'cancelled',
      { code: 'CC_RUN_CANCELLED', message: expect.stringContaining('by test') as string },
    ]);
    expect((await engine.log(id)).slice(-3)).toEqual(['RunCancelRequested', 'StepFailed a 1', 'RunCancelled']);
    expect((await database.pool.query('SELECT FROM run_inbox WHERE run_id = $1', [id])).rows).toEqual([]);
  });

  it('reaches a run that sleeps', async () => {
    const { id } = await engine.start('patient');
    await eventually(async () => expect(await engine.row(id)).toMatchObject({ status: 'waiting' }));
    await engine.cancel(id);
    expect(await engine.ended(id, 15_000)).toMatchObject({ status: 'cancelled' });
  });

  it('reaches a run that nobody owns and that sleeps for long', async () => {
    const { id } = await engine.start('slow');
    await engine.cancel(id);
    await engine.ended(id);
    await database.pool.query(
      `UPDATE run SET finished_at = NULL, status = 'waiting', wake_at = now() + interval '1 day', seq = 2 WHERE id = $1`,
      [id],
    );
    await database.pool.query('DELETE FROM run_event WHERE run_id = $1 AND seq > 2', [id]);
    await engine.cancel(id);
    expect(await engine.ended(id, 15_000)).toMatchObject({ status: 'cancelled' });
  });

  it('twice at once ends the run once', async () => {
    const { id } = await engine.start('slow');
    await Promise.all([engine.cancel(id), engine.cancel(id)]);
    await engine.ended(id, 15_000);
    expect((await engine.log(id)).filter((line) => line.startsWith('RunCancel'))).toEqual([
      'RunCancelRequested',
      'RunCancelled',
    ]);
  });

  it('of a run that has ended, or that never was, is refused with a code', async () => {
    const { id } = await engine.start('chain', { n: 1 });
    await engine.ended(id);
    await expect(engine.cancel(id)).rejects.toMatchObject({ code: 'CC_RUN_FINISHED' });
    await expect(engine.cancel('019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f')).rejects.toMatchObject({
      code: 'CC_RUN_NOT_FOUND',
    });
  });
});

describe('a run that waits', () => {
  it('is given back with its due time in its row, and driven again when that has come', async () => {
    const quick = await startEngine({ database, plugin: actions, workflows, engine: { holdTimersMs: 100 } });
    await engine.stop();
    const { id } = await quick.start('patient');
    await eventually(async () => {
      const row = await engine.row(id);
      expect(row).toMatchObject({ owner: null, status: 'waiting' });
      expect(row.wake_at!.getTime()).toBeGreaterThan(Date.now());
    });
    expect(await quick.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(callsOf(id)).toEqual(['a 1', 'a 2', 'b 1']);
    await quick.stop();
    engine = await startEngine({ database, plugin: actions, workflows });
  });
});

describe('what a start is refused for', () => {
  it.each([['a workflow that is not there', 'nobody', 'CC_WORKFLOW_NOT_FOUND']])('%s', async (_, workflow, code) => {
    await expect(engine.start(workflow)).rejects.toMatchObject({ code });
  });

  it('a key that came with another request, while the same request gets the same run', async () => {
    const dedupe = { key: 'order 7', fingerprint: 'f1' };
    const first = await engine.start('chain', { n: 1 }, { dedupe });
    expect(await engine.start('chain', { n: 1 }, { dedupe })).toMatchObject({ id: first.id, duplicate: true });
    await expect(engine.start('chain', { n: 2 }, { dedupe: { ...dedupe, fingerprint: 'f2' } })).rejects.toMatchObject({
      code: 'CC_IDEMPOTENCY_MISMATCH',
    });
    await engine.ended(first.id);
    expect(callsOf(first.id)).toEqual(['a 1', 'b 1']);
  });

  it('a key of many kilobytes is none of them', async () => {
    const dedupe = { key: 'k'.repeat(100_000) };
    const [one, other] = [
      await engine.start('chain', { n: 1 }, { dedupe }),
      await engine.start('chain', { n: 1 }, { dedupe }),
    ];
    expect(other).toMatchObject({ id: one.id, duplicate: true });
  });
});

describe('a replica that is full', () => {
  it('counts its places rightly, whatever starts came to nothing', async () => {
    const small = await startEngine({ plugin: actions, workflows, engine: { maxRuns: 2 } });
    const ask = (fingerprint: string) => small.start('chain', { n: 1 }, { dedupe: { key: 'k', fingerprint } });
    await small.ended((await ask('f')).id);
    await ask('f');
    for (const other of ['g', 'h', 'i'])
      await expect(ask(other)).rejects.toMatchObject({ code: 'CC_IDEMPOTENCY_MISMATCH' });
    await expect(small.start('nobody')).rejects.toMatchObject({ code: 'CC_WORKFLOW_NOT_FOUND' });
    const sessions = small.inside(Sessions);
    await eventually(() => expect(sessions.size).toBe(0));
    const places = [1, 2, 3, 4].filter(() => sessions.tryReserve());
    expect(places).toHaveLength(2);
    places.forEach(() => sessions.unreserve());
    await small.stop();
  });

  it('takes starts all the same: they wait in the database, and all end', async () => {
    const small = await startEngine({ plugin: actions, workflows, engine: { maxRuns: 3, concurrency: 2 } });
    const started = await Promise.all(Array.from({ length: 12 }, (_, n) => small.start('chain', { n })));
    expect(started.filter(({ status }) => status === 'queued').length).toBeGreaterThan(0);
    for (const { id } of started) expect(await small.ended(id)).toMatchObject({ status: 'succeeded' });
    await small.stop();
  });

  it('says that it is overloaded when too many starts wait for their flush', async () => {
    const small = await startEngine({ plugin: actions, workflows, engine: { maxPendingStarts: 5 } });
    const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => small.start('chain', { n })));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'CC_OVERLOADED', retryAfter: 1 });
    const { rows } = await small.database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM run');
    expect(rows[0]!.n).toBe(50 - refused.length);
    await small.stop();
  });
});

describe('a replica that stops', () => {
  it('lets the step in flight end, and another replica drives on at once, not at the timeout of the run', async () => {
    const first = await startEngine({ database, plugin: actions, workflows });
    const { id } = await first.start('holding');
    await eventually(() => expect(callsOf(id)).toEqual(['a 1']));
    const stopped = first.stop();
    await sleep(50);
    await letGo(id);
    await stopped;
    expect(await engine.ended(id, 15_000)).toMatchObject({ status: 'succeeded', suspect: false, crashes: 0 });
    expect(callsOf(id)).toEqual(['a 1', 'b 1']);
  });

  it('aborts what does not end in time, and the step is driven again elsewhere without suspicion', async () => {
    const first = await startEngine({ database, plugin: actions, workflows, engine: { graceMs: 100 } });
    const { id } = await first.start('holding');
    await eventually(() => expect(callsOf(id)).toEqual(['a 1']));
    await first.stop();
    await eventually(() => expect(callsOf(id)).toEqual(['a 1', 'a 1']));
    await letGo(id);
    expect(await engine.ended(id, 15_000)).toMatchObject({ status: 'succeeded', suspect: false, crashes: 0 });
  });

  it('refuses starts, owns nothing afterwards, and has left the list of replicas', async () => {
    const first = await startEngine({ database, plugin: actions, workflows, engine: { graceMs: 100 } });
    const started = await Promise.all(Array.from({ length: 20 }, () => first.start('holding')));
    const stopped = first.stop();
    await sleep(20);
    await expect(first.start('chain', { n: 1 })).rejects.toMatchObject({ code: 'CC_SHUTTING_DOWN' });
    await stopped;
    const ids = started.map(({ id }) => id);
    const { rows } = await database.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM run WHERE id = ANY($1) AND owner IS NOT NULL AND owner NOT IN (SELECT id FROM replica)`,
      [ids],
    );
    expect(rows).toEqual([{ n: 0 }]);
    for (const id of ids) await letGo(id).catch(() => undefined);
    for (const id of ids) {
      await eventually(async () => {
        held.get(`${id}/a`)!();
        expect(await engine.row(id)).toMatchObject({ status: 'succeeded' });
      });
    }
  });
});
