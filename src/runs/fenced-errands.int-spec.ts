import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';
import { Events } from '../events/index.js';
import { EventWaits } from './outside/event-waits.js';
import { Outside } from './outside/outside.js';

const workflows = {
  parent: { steps: { sub: { workflow: 'child' } } },
  child: { steps: { work: {} } },
  order: { steps: { paid: { waitFor: { event: 'order.paid' } } } },
};
const plugin = { do: (input: unknown) => input };
/** Nobody looks for runs that were left behind, but when the test says so. */
const blind = { sweepMs: 3_600_000 };

let database: Database;
let old: Engine;
const engines: Engine[] = [];
async function replica(engine = {}): Promise<Engine> {
  const made = await startEngine({ database, plugin, workflows, engine });
  engines.push(made);
  return made;
}

beforeEach(async () => {
  database = await testDatabase({ entities });
  old = await replica(blind);
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
  await database.close();
});

/** Keeps the next errand of this kind from going out until it is let go. */
function hold(errand: 'startChild' | 'awaitEvent'): { readonly reached: Promise<void>; letGo(): void } {
  const outside = old.inside(Outside) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const real = outside[errand]!.bind(outside);
  let letGo = () => {};
  const open = new Promise<void>((resolve) => (letGo = resolve));
  let arrive = () => {};
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  outside[errand] = async (...given) => {
    arrive();
    await open;
    return real(...given);
  };
  return { reached, letGo };
}

/** As a replica does that declares this one dead, which does not know it yet. */
const takeAway = (id: string) =>
  database.pool.query(
    'UPDATE run SET epoch = epoch + 1, lost_owner = owner, owner = NULL, wake_at = now() WHERE id = $1',
    [id],
  );

describe('an errand that comes back after its run was taken over', () => {
  it('starting another run: writes nothing, and the new owner goes on with the run it started', async () => {
    const held = hold('startChild');
    const { id } = await old.start('parent');
    await held.reached;
    await eventually(async () => expect(await old.log(id)).toEqual(['RunCreated', 'RunStarted']));
    await takeAway(id);
    held.letGo();
    // The run it started ends, and says so, once: whoever drives this one now must not miss it.
    await eventually(async () => {
      const { rows } = await database.pool.query(`SELECT status FROM run WHERE trigger = 'workflow'`);
      expect(rows).toEqual([{ status: 'succeeded' }]);
    });
    const successor = await replica();
    expect(await successor.ended(id)).toMatchObject({ status: 'succeeded' });
    const log = await successor.log(id);
    expect(log.slice(0, 3)).toEqual(['RunCreated', 'RunStarted', 'RunTakenOver']);
    expect(log.slice(-2)).toEqual(['ChildEnded sub', 'RunSucceeded']);
    const { rows } = await database.pool.query(`SELECT FROM run WHERE trigger = 'workflow'`);
    expect(rows).toHaveLength(1);
  });

  it('waiting for an event: of a run that has ended since, it does no harm and is swept', async () => {
    const held = hold('awaitEvent');
    const { id } = await old.start('order');
    await held.reached;
    await eventually(async () => expect(await old.log(id)).toContain('StepWaiting paid'));
    await takeAway(id);
    const successor = await replica();
    await successor.cancel(id);
    expect(await successor.ended(id)).toMatchObject({ status: 'cancelled' });
    const before = await successor.log(id);

    held.letGo();
    const rows = async () => (await database.pool.query('SELECT FROM event_wait WHERE run_id = $1', [id])).rowCount;
    await eventually(async () => expect(await rows()).toBe(1));
    const waits = successor.inside(EventWaits);
    const event = { id: 'e1', source: '/shop', type: 'order.paid', data: {} };
    await database.transaction((tx) => successor.inside(Events).publish(tx, [event]));
    const stored = { seq: '0', ...event, traceparent: undefined, event: { specversion: '1.0', ...event } };
    await waits.wake(await database.transaction((tx) => waits.match(tx, [stored])));
    expect(await rows()).toBe(0);
    expect(await successor.log(id)).toEqual(before);
    expect(await successor.row(id)).toMatchObject({ status: 'cancelled', owner: null });

    await database.pool.query(`INSERT INTO event_wait (run_id, step, type, path, value, workflow_id, version, scope)
      SELECT id, 'paid', 'order.paid', '', '', workflow_id, version, '{}' FROM run WHERE id = '${id}'`);
    await waits.sweep();
    expect(await rows()).toBe(0);
  });
});
