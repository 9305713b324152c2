import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import type { Steps } from '../../test/support/plans.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';
import { Outside } from './outside/outside.js';

/** Opened by a test: what stands before it goes on. */
let gate: PromiseWithResolvers<void>;
const plugin = {
  do: (input: unknown) => input,
  hang: (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  gate: () => gate.promise,
};
const list = Array.from({ length: 100 }, (_, n) => n);
const noise: Steps = { gate: { uses: 'test.gate' }, noise: { needs: ['gate'], forEach: '${{ input.list }}' } };
const workflows = {
  parent: { steps: { sub: { workflow: 'child' } } },
  loud: { steps: { sub: { workflow: 'middle' }, ...noise } },
  lined: { steps: { sub: { workflow: 'single' }, ...noise } },
  middle: { steps: { sub: { workflow: 'child' } } },
  single: { concurrency: { limit: 1 }, steps: { work: { uses: 'test.hang' } } },
  child: { steps: { work: { uses: 'test.hang' } } },
};
/** Nobody looks for runs that were left behind, but when the test says so. */
const blind = { sweepMs: 3_600_000 };

let database: Database;
const engines: Engine[] = [];
const held: (() => void)[] = [];
async function replica(engine = {}): Promise<Engine> {
  const made = await startEngine({ database, plugin, workflows, engine });
  engines.push(made);
  return made;
}

beforeEach(async () => {
  gate = Promise.withResolvers();
  database = await testDatabase({ entities });
});
afterEach(async () => {
  held.splice(0).forEach((letGo) => letGo());
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await database.close();
});

/** This replica starts runs that are steps, and never gets to write down that it did. */
function dieAfterStart(engine: Engine): void {
  const outside = engine.inside(Outside);
  const real = outside.startChild.bind(outside);
  outside.startChild = async (...given) => {
    await real(...given);
    await new Promise<void>((letGo) => held.push(letGo));
    throw new Error('it is dead');
  };
}

/** As a replica does that declares the owner dead. */
const takeAway = (id: string) =>
  database.pool.query(
    'UPDATE run SET epoch = epoch + 1, lost_owner = owner, owner = NULL, wake_at = now() WHERE id = $1',
    [id],
  );

const childOf = (id: string, status: string) =>
  eventually(async () => {
    const query = 'SELECT id, status FROM run WHERE parent_id = $1';
    const { rows } = await database.pool.query<{ id: string; status: string }>(query, [id]);
    expect(rows).toMatchObject([{ status }]);
    return rows[0]!.id;
  });
const asked = async (engine: Engine, id: string) =>
  (await engine.events(id)).filter(({ type }) => type === 'RunCancelRequested');

describe('the owner of a run dies between the start of another, which is its step, and the word of it', () => {
  async function orphan(): Promise<{ id: string; child: string }> {
    const old = await replica(blind);
    dieAfterStart(old);
    const { id } = await old.start('parent');
    const child = await childOf(id, 'running');
    expect(await old.log(id)).not.toContain('ChildStarted sub');
    await takeAway(id);
    return { id, child };
  }

  it('then the run is cancelled: so is the other', async () => {
    const { id, child } = await orphan();
    const successor = await replica();
    await successor.cancel(id);
    expect((await successor.ended(id)).status).toBe('cancelled');
    expect((await successor.ended(child)).status).toBe('cancelled');
  });

  it('also where whoever takes it over dies there too, and the run has ended without knowing of the other', async () => {
    const { id, child } = await orphan();
    const second = await replica(blind);
    dieAfterStart(second);
    await second.cancel(id);
    const { finished_at: endedAt } = await second.ended(id);
    expect(await second.log(id)).not.toContain('ChildStarted sub');
    // Nobody but the sweeper knows, and it gives whoever started it two seconds to say so.
    expect((await second.row(child)).status).toBe('running');
    const third = await replica();
    const { status, finished_at: childEndedAt } = await third.ended(child);
    expect(status).toBe('cancelled');
    expect(childEndedAt!.getTime() - endedAt!.getTime()).toBeGreaterThan(1_900);
    expect(await asked(third, child)).toEqual([
      expect.objectContaining({ by: 'the hub', reason: 'the run it is part of cancelled' }),
    ]);
  });
});

describe('a run that wrote too many events while another, which is its step, goes on', () => {
  const failed = { type: 'limit', code: 'CC_RUN_TOO_MANY_EVENTS' };

  it('takes it along, and what that one waits for', async () => {
    const engine = await replica({ maxEvents: 40 });
    const { id } = await engine.start('loud', { list });
    const middle = await childOf(id, 'waiting');
    const leaf = await childOf(middle, 'running');
    gate.resolve();
    const { status, error } = await engine.ended(id);
    expect([status, JSON.parse(error!)]).toEqual(['failed', expect.objectContaining(failed)]);
    expect((await engine.ended(middle)).status).toBe('cancelled');
    expect((await engine.ended(leaf)).status).toBe('cancelled');
  });

  it('takes it along where that only stands in line', async () => {
    const engine = await replica({ maxEvents: 40 });
    const first = await engine.start('single');
    const { id } = await engine.start('lined', { list });
    const child = await childOf(id, 'queued');
    gate.resolve();
    expect((await engine.ended(id)).status).toBe('failed');
    expect((await engine.ended(child)).status).toBe('cancelled');
    expect((await engine.row(first.id)).status).toBe('running');
  });
});
