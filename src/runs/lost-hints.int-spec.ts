import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import type { Actions } from '../../test/support/test-agent.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';
import { Definitions } from '../definitions/index.js';
import { CcError } from '../errors/index.js';
import { Events, type EventRow, eventColumns, type StoredEvent, storedEvent } from '../events/index.js';
import { EventWaits } from './outside/event-waits.js';

const key = '${{ input.key }}';
const workflows = {
  order: { steps: { paid: { waitFor: { event: 'order.paid' } } } },
  both: { steps: { paid: { waitFor: { event: 'order.paid' } }, work: { uses: 'test.hold' } } },
  newest: { concurrency: { key, whenFull: 'cancel-oldest' as const }, steps: { a: { uses: 'test.hold' } } },
  line: { concurrency: { key }, steps: { a: {} } },
};
let letGo: () => void = () => undefined;
const open = new Promise<void>((resolve) => (letGo = resolve));
const plugin: Actions = {
  do: () => null,
  hold: (_, { signal }) =>
    Promise.race([
      open,
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    ]),
};

let database: Database;
let engine: Engine;
let slow: { readonly database: Database; readonly engines: readonly Engine[] } | undefined;
beforeAll(async () => {
  database = await testDatabase({ entities, poolSize: 20 });
  engine = await startEngine({ database, plugin, workflows });
});
afterAll(async () => {
  letGo();
  await Promise.all([engine, ...(slow?.engines ?? [])].map((one) => one.stop()));
  await Promise.all([database.close(), slow?.database.close()]);
});

/** Replicas that sweep when the test is long over: no hint that was lost is made up for. */
const replicas = async () => {
  if (slow === undefined) {
    const own = await testDatabase({ entities, poolSize: 20 });
    const start = () => startEngine({ database: own, plugin, workflows, engine: { sweepMs: 3_600_000, maxRuns: 500 } });
    slow = { database: own, engines: await Promise.all([start(), start()]) };
  }
  return slow.engines;
};

const published = async (id: string): Promise<StoredEvent> => {
  const event = { id, source: '/shop', type: 'order.paid', data: {} };
  await database.transaction((tx) => engine.inside(Events).publish(tx, [event]));
  const { rows } = await database.pool.query<EventRow>(`SELECT ${eventColumns} FROM event WHERE id = $1`, [id]);
  return storedEvent(rows[0]!);
};
const match = (event: StoredEvent) => database.transaction((tx) => engine.inside(EventWaits).match(tx, [event]));
const registered = (id: string) =>
  eventually(async () =>
    expect((await database.pool.query('SELECT FROM event_wait WHERE run_id = $1', [id])).rowCount).toBe(1),
  );
const asleep = (id: string) =>
  eventually(async () => expect(await engine.row(id)).toMatchObject({ status: 'waiting', owner: null }));
const wait = async (trigger: object = { kind: 'manual' }) => {
  const { id } = await engine.start('order', {}, { trigger: trigger as never });
  await registered(id);
  await asleep(id);
  return id;
};

describe('an event that is dispatched again, or late', () => {
  it('is not what the run waits for that it started', async () => {
    const own = await published('own');
    const id = await wait({ kind: 'event', by: '/shop', event: own.event });
    expect(await match(own)).not.toContain(id);
    expect(await match(await published('other'))).toContain(id);
  });

  it('is not for runs that were made after it', async () => {
    const early = await published('early');
    const id = await wait();
    expect(await match(early)).not.toContain(id);
    expect((await engine.row(id)).status).toBe('waiting');
  });
});

describe('a hub that cannot read the version of a run that waits', () => {
  const failing = async (thrown: Error, work: () => Promise<void>) => {
    const definitions = engine.inside(Definitions);
    const real = definitions.version;
    definitions.version = () => Promise.reject(thrown);
    await work().finally(() => (definitions.version = real));
  };

  it('leaves the event undispatched when that may pass', async () => {
    await wait();
    const event = await published('passing');
    await failing(Object.assign(new Error('too many clients already'), { code: '53300' }), () =>
      expect(match(event)).rejects.toThrow('too many clients'),
    );
  });

  it('has the run look back soon, for whoever can read it, when it does not know the version', async () => {
    const id = await wait();
    const event = await published('newer');
    await failing(new CcError('CC_WORKFLOW_NOT_FOUND', 'no such version'), async () =>
      expect(await match(event)).not.toContain(id),
    );
    const { wake_at } = await engine.row(id);
    expect(wake_at!.getTime()).toBeLessThan(Date.now() + 31_000);
    await database.pool.query('UPDATE run SET wake_at = now() WHERE id = $1', [id]);
    expect((await engine.ended(id)).status).toBe('succeeded');
  });
});

it('a signal whose wake was lost is read by the sweep while a step of the run goes on', async () => {
  const { id } = await engine.start('both');
  await registered(id);
  const event = await published('unheard');
  expect(await match(event)).toContain(id); // killed here: nobody is told
  await eventually(async () => expect((await engine.log(id)).join()).toContain('EventReceived paid'), 15_000);
  expect((await engine.row(id)).status).toBe('running');
  await engine.cancel(id);
});

describe('starts beside each other, with no sweep to help', () => {
  it('cancel-oldest reaches a run that was written together with the one that takes its place', async () => {
    const [one] = await replicas();
    const pairs = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        Promise.all([one!.start('newest', { key: `k${n}` }), one!.start('newest', { key: `k${n}` })]),
      ),
    );
    for (const [first, second] of pairs) {
      const ended = await Promise.race([one!.ended(first.id), one!.ended(second.id)]);
      expect(ended.status).toBe('cancelled');
    }
  }, 60_000);

  it('a line moves on when its last place comes free while somebody is joining it', async () => {
    const [one, two] = await replicas();
    const starts = Array.from({ length: 240 }, (_, n) => [one!, two!][n % 2]!.start('line', { key: `l${n % 3}` }));
    for (const { id } of await Promise.all(starts)) expect((await one!.ended(id)).status).toBe('succeeded');
  }, 60_000);
});
