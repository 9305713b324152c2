import { TerminalError } from '@commandcenter/sdk';
import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import type { Actions } from '../../test/support/test-agent.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';
import { Events } from '../events/index.js';
import { CommandPort, CommandPorts } from './outside/command-port.js';
import { EventWaits } from './outside/event-waits.js';
import { RunControl } from './run-control.js';
import { RunReader } from './run-reader/index.js';
import { Signals } from './signals.js';
import { Reruns } from './starting/reruns.js';

const calls: string[] = [];
const held = new Map<string, () => void>();
const actions: Actions = {
  do: (input, { step }) => {
    calls.push(step);
    return input;
  },
  odd: ({ n }: { n: number }) => {
    if (n % 2 === 1) throw new TerminalError(`${n} is odd`);
    return n;
  },
  hold: (_, { run, step, signal }) =>
    new Promise((resolve, reject) => {
      held.set(`${run.id}/${step}`, () => resolve('let go'));
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    }),
};

const workflows = {
  fan: {
    steps: {
      each: {
        forEach: '${{ input.list }}',
        concurrency: 4,
        uses: 'test.do',
        with: { n: '${{ item * 2 }}', i: '${{ index }}' },
      },
    },
    output: '${{ steps.each.output.map(o, o.n) }}',
  },
  odd: {
    steps: {
      each: {
        forEach: '${{ input.list }}',
        onItemFailure: 'continue' as const,
        continueOnError: true,
        uses: 'test.odd',
        with: { n: '${{ item }}' },
      },
      count: {
        needs: ['each'],
        uses: 'test.do',
        with: { good: '${{ steps.each.items.filter(i, i.status == "succeeded").size() }}' },
      },
    },
    output: '${{ steps.count.output.good }}',
  },
  nap: { steps: { nap: { sleep: '${{ input.for }}' }, after: { needs: ['nap'] } } },
  order: {
    steps: {
      first: { uses: 'test.hold' },
      paid: {
        needs: ['first'],
        waitFor: { event: 'order.paid', if: '${{ event.data.id == input.id && event.data.total > 10 }}' },
      },
    },
    output: '${{ steps.paid.output.data.total }}',
  },
  impatient: { steps: { paid: { waitFor: { event: 'never', timeout: '300ms' } } } },
  parent: { steps: { sub: { workflow: 'child', with: { n: '${{ input.n }}' } } }, output: '${{ steps.sub.output }}' },
  child: { steps: { work: { uses: 'test.odd', with: { n: '${{ input.n }}' } } }, output: '${{ steps.work.output }}' },
  guardian: { steps: { sub: { workflow: 'slow' } }, finally: { tidy: { with: { how: '${{ run.status }}' } } } },
  slow: { steps: { work: { uses: 'test.hold' } } },
  fork: { steps: { sub: { workflow: 'child', with: { n: 2 }, wait: false } }, output: '${{ steps.sub.output.id }}' },
  nobody: { steps: { sub: { workflow: 'not-there' } } },
  endless: { steps: { sub: { workflow: 'endless' } } },
  ask: { steps: { ok: { approval: { message: 'Go?', timeout: '1h' } }, go: { needs: ['ok'] } } },
  hurry: { steps: { ok: { approval: { message: 'Go?', timeout: '200ms' } } } },
  two: { steps: { a: { uses: 'test.hold' }, b: { needs: ['a'] } } },
  again: {
    steps: { a: { with: { x: 1 } }, b: { needs: ['a'], uses: 'test.odd', with: { n: '${{ input.n }}' } }, c: {} },
    output: '${{ steps.b.output }}',
  },
  release: {
    input: { type: 'object', properties: { target: { type: 'string' }, dry: { type: 'boolean', default: false } } },
    steps: {
      build: {},
      ask: { needs: ['build'], approval: { message: 'To ${{ input.target }}?', timeout: '1h' } },
      act: { needs: ['ask'], with: { to: '${{ input.target }}' } },
    },
  },
};

/** Approvals as the room above keeps them, in memory. */
class Desk extends CommandPort {
  readonly asked: string[] = [];
  readonly closed: string[] = [];
  override async requestApproval({
    run,
    step,
    message,
  }: {
    run: string;
    step: string;
    message: string;
  }): Promise<void> {
    this.asked.push(`${run}/${step}: ${message}`);
  }
  override async closeApproval({ run, step }: { run: string; step: string }, as: string): Promise<boolean> {
    this.closed.push(`${run}/${step} ${as}`);
    return true;
  }
}

let database: Database;
let engine: Engine;
const desk = new Desk();

beforeAll(async () => {
  database = await testDatabase({ entities });
  engine = await startEngine({ database, plugin: actions, workflows, engine: { holdTimersMs: 100 } });
  engine.inside(CommandPorts).use(desk);
});
afterAll(async () => {
  await engine.stop();
  await database.close();
});

const outputOf = async (id: string) => (await engine.inside(RunReader).get(id)).output;
const waiting = (id: string) =>
  eventually(async () => expect(await engine.row(id)).toMatchObject({ status: 'waiting', owner: null }));
const release = (key: string) => eventually(() => held.get(key)!());

/** As the dispatcher does. */
async function publish(id: string, data: unknown): Promise<void> {
  const waits = engine.inside(EventWaits);
  const event = { id, source: '/shop', type: 'order.paid', data };
  await database.transaction((tx) => engine.inside(Events).publish(tx, [event]));
  const stored = { seq: '0', ...event, traceparent: undefined, event: { specversion: '1.0', ...event } };
  await waits.wake(await database.transaction((tx) => waits.match(tx, [stored])));
}

describe('forEach', () => {
  it('does every item once, in places of its own, and gives the outputs in order', async () => {
    const list = Array.from({ length: 50 }, (_, n) => n);
    const { id } = await engine.start('fan', { list });
    expect((await engine.ended(id)).status).toBe('succeeded');
    expect(await outputOf(id)).toEqual(list.map((n) => n * 2));
    expect(calls.filter((step) => step.startsWith('each[')).length).toBe(50);
    const { steps } = await engine.inside(RunReader).get(id);
    expect(steps.map(({ path }) => path).slice(0, 3)).toEqual(['each', 'each[0]', 'each[1]']);
  });

  it('lets a later step look at the items that failed', async () => {
    const { id } = await engine.start('odd', { list: [0, 1, 2, 3, 4] });
    expect((await engine.ended(id)).status).toBe('succeeded');
    expect(await outputOf(id)).toBe(3);
  });
});

describe('a sleep', () => {
  it('costs nothing but a row, and is over in time', async () => {
    const from = Date.now();
    const { id } = await engine.start('nap', { for: '2s' });
    await waiting(id);
    expect((await engine.ended(id)).status).toBe('succeeded');
    expect(Date.now() - from).toBeGreaterThanOrEqual(2000);
    expect(await engine.log(id)).toContain('StepWaiting nap');
  });
});

describe('waitFor', () => {
  it('takes the first event that matches, and no other', async () => {
    const { id } = await engine.start('order', { id: 'o1' });
    await release(`${id}/first`);
    await waiting(id);
    await publish('e1', { id: 'o2', total: 50 });
    await publish('e2', { id: 'o1', total: 5 });
    expect((await engine.row(id)).status).toBe('waiting');
    await publish('e3', { id: 'o1', total: 50 });
    await engine.ended(id);
    expect(await outputOf(id)).toBe(50);
    expect((await database.pool.query('SELECT * FROM event_wait WHERE run_id = $1', [id])).rows).toEqual([]);
  });

  it('misses no event that came between the start of the run and the wait', async () => {
    const { id } = await engine.start('order', { id: 'early' });
    await eventually(() => expect(held.has(`${id}/first`)).toBe(true));
    await publish('e4', { id: 'early', total: 77 });
    await release(`${id}/first`);
    await engine.ended(id);
    expect(await outputOf(id)).toBe(77);
  });

  it('fails when its time is over', async () => {
    const { id } = await engine.start('impatient');
    expect(JSON.parse((await engine.ended(id)).error!)).toMatchObject({ code: 'CC_WAIT_TIMEOUT', step: 'paid' });
    await eventually(async () =>
      expect((await database.pool.query('SELECT * FROM event_wait WHERE run_id = $1', [id])).rows).toEqual([]),
    );
  });
});

describe('a step that is another workflow', () => {
  it('has its output, in one trace', async () => {
    const { id } = await engine.start('parent', { n: 4 });
    await engine.ended(id);
    expect(await outputOf(id)).toBe(4);
    const { rows } = await database.pool.query<{ trace_id: string; trigger: string }>(
      'SELECT trace_id, trigger FROM run WHERE id = $1 OR parent_id = $1 ORDER BY id',
      [id],
    );
    expect(rows.map(({ trigger }) => trigger)).toEqual(['manual', 'workflow']);
    expect(new Set(rows.map(({ trace_id }) => trace_id)).size).toBe(1);
  });

  it('fails with it', async () => {
    const { id } = await engine.start('parent', { n: 3 });
    expect(JSON.parse((await engine.ended(id)).error!)).toMatchObject({
      code: 'CC_CHILD_FAILED',
      message: expect.stringMatching(/^run .* failed: 3 is odd$/),
    });
  });

  it('is cancelled with the run, which then tidies up', async () => {
    const { id } = await engine.start('guardian');
    const child = await eventually(async () => {
      const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM run WHERE parent_id = $1', [id]);
      expect(held.has(`${rows[0]!.id}/work`)).toBe(true);
      return rows[0]!.id;
    });
    await engine.cancel(id);
    expect((await engine.ended(id)).status).toBe('cancelled');
    expect((await engine.row(child)).status).toBe('cancelled');
    const { steps } = await engine.inside(RunReader).get(id);
    expect(steps.find(({ path }) => path === 'tidy')).toMatchObject({
      status: 'succeeded',
      output: { how: 'cancelled' },
    });
  });

  it('goes its own way where nobody waits for it', async () => {
    const { id } = await engine.start('fork');
    await engine.ended(id);
    const child = (await outputOf(id)) as string;
    expect((await engine.ended(child)).status).toBe('succeeded');
  });

  it.each([
    ['nobody', 'CC_WORKFLOW_NOT_FOUND'],
    ['endless', 'CC_CHILD_FAILED'],
  ])('that cannot be is told: %s', async (workflow, code) => {
    const { id } = await engine.start(workflow);
    expect(JSON.parse((await engine.ended(id)).error!)).toMatchObject({ code });
  });
});

describe('an approval', () => {
  it('is asked for, and decided through the inbox', async () => {
    const { id } = await engine.start('ask');
    await waiting(id);
    expect(desk.asked.at(-1)).toBe(`${id}/ok: Go?`);
    await database.pool.query(`INSERT INTO run_inbox (run_id, kind, data) VALUES ($1, 'ApprovalDecided', $2)`, [
      id,
      JSON.stringify({ step: 'ok', decision: 'approve', by: 'ada' }),
    ]);
    await engine.inside(EventWaits).wake([id]);
    expect((await engine.ended(id)).status).toBe('succeeded');
  });

  it('whose time is over is closed', async () => {
    const { id } = await engine.start('hurry');
    expect(JSON.parse((await engine.ended(id)).error!)).toMatchObject({ code: 'CC_APPROVAL_EXPIRED' });
    expect(desk.closed.at(-1)).toBe(`${id}/ok expired`);
  });

  it('is closed when the run is cancelled', async () => {
    const { id } = await engine.start('ask');
    await waiting(id);
    await engine.cancel(id);
    expect((await engine.ended(id)).status).toBe('cancelled');
    expect(desk.closed.at(-1)).toBe(`${id}/ok cancelled`);
  });
});

describe('a paused run', () => {
  it('ends what is in flight, and goes on when it is resumed', async () => {
    const control = engine.inside(RunControl);
    const { id } = await engine.start('two');
    await eventually(() => expect(held.has(`${id}/a`)).toBe(true));
    await control.pause(id, 'ann', 'lunch');
    await eventually(async () => expect(await engine.log(id)).toContain('RunPaused'));
    await release(`${id}/a`);
    await eventually(async () => expect(await engine.row(id)).toMatchObject({ status: 'paused', owner: null }));
    expect(await engine.log(id)).not.toContain('StepStarted b 1');
    await control.resume(id, 'ann');
    expect((await engine.ended(id)).status).toBe('succeeded');
  });
});

describe('a rerun', () => {
  it('is a new run with the same input, or another', async () => {
    const { id } = await engine.start('again', { n: 3 });
    await engine.ended(id);
    const rerun = await engine.inside(Reruns).rerun({ run: id, by: 'ann', oldVersions: false, input: { n: 4 } });
    expect((await engine.ended(rerun.id)).status).toBe('succeeded');
    expect((await engine.inside(RunReader).get(rerun.id)).trigger).toMatchObject({ kind: 'rerun', by: 'ann', of: id });
  });

  it('from a step keeps what the others came to', async () => {
    const { id } = await engine.start('again', { n: 6 });
    await engine.ended(id);
    const before = calls.length;
    const rerun = await engine.inside(Reruns).rerun({ run: id, by: 'ann', oldVersions: false, from: 'b' });
    await engine.ended(rerun.id);
    expect([await outputOf(rerun.id), calls.length]).toEqual([6, before]);
    const { steps } = await engine.inside(RunReader).get(rerun.id);
    expect(steps.find(({ path }) => path === 'a')).toMatchObject({ status: 'succeeded', output: { x: 1 } });
  });

  it('from a step asks again what somebody approved for the run before, and takes no other input', async () => {
    const { id } = await engine.start('release', { target: 'staging' });
    const decide = async (run: string) => {
      await waiting(run);
      await engine
        .inside(Signals)
        .send(run, { type: 'ApprovalDecided', at: Date.now(), step: 'ask', decision: 'approve', by: 'root' });
    };
    await decide(id);
    expect((await engine.ended(id)).status).toBe('succeeded');

    const rerun = (input?: unknown) => engine.inside(Reruns).rerun({ run: id, by: 'ann', oldVersions: false, from: 'act', input }); // prettier-ignore
    await expect(rerun({ target: 'PRODUCTION' })).rejects.toMatchObject({
      code: 'CC_RERUN_INPUT_DIFFERS',
      problems: [{ path: 'input' }],
    });
    for (const input of [undefined, { target: 'staging' }, { dry: false, target: 'staging' }]) {
      const again = await rerun(input);
      await waiting(again.id);
      const { steps } = await engine.inside(RunReader).get(again.id);
      expect(steps.map(({ path, status }) => [path, status])).toEqual([
        ['build', 'succeeded'],
        ['ask', 'waiting'],
        ['act', 'pending'],
      ]);
      expect(desk.asked).toContain(`${again.id}/ask: To staging?`);
    }
  });

  it.each([
    [{ from: 'nope' }, 'CC_STEP_UNKNOWN'],
    [{ version: 'nope' }, 'CC_WORKFLOW_NOT_FOUND'],
    [{ from: 'b', input: { n: 6 } }, 'CC_RERUN_INPUT_DIFFERS'],
  ])('%j is refused', async (more, code) => {
    const { id } = await engine.start('again', { n: 4 });
    await engine.ended(id);
    await expect(engine.inside(Reruns).rerun({ run: id, by: 'ann', oldVersions: true, ...more })).rejects.toMatchObject(
      { code },
    );
  });
});
