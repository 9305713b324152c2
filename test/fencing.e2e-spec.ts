import { setTimeout as delay } from 'node:timers/promises';
import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import type { Statement } from './crash/pg-proxy.js';
import { chain } from './crash/site.js';

const patience = 120_000;
const workflows = { walk: chain(Array.from({ length: 12 }, () => 'uses: work.slow, with: { ms: 60 }')) };
const journal = (statement: Statement) => statement.name === 'journal';

describe('a replica that lost its runs', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open({ workflows });
    await until(() => arena.hubs.every((hub) => hub.standing), patience);
  }, patience);
  afterAll(() => arena.close());

  const log = async (ids: string[]) => ({
    runs: await arena.query('SELECT * FROM run WHERE id = ANY($1::uuid[]) ORDER BY id', [ids]),
    events: await arena.query('SELECT * FROM run_event WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, seq', [ids]),
  });
  const replicaOf = async (pid: number) => (await arena.query('SELECT id FROM replica WHERE pid = $1', [pid]))[0]?.id;
  /** Eight runs on hub 0 that have begun. */
  const walking = async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => arena.start('walk', 0)));
    await until(() => ids.every((id) => arena.site.effects().some(({ run, step }) => run === id && step === 's1')));
    return ids;
  };
  /** Does `back` when the other replica has finished the runs; then nothing of them may change any more. */
  const unchangedAfter = async (ids: string[], pid: number, back: () => void) => {
    await arena.ended(ids);
    const [before, at] = [await log(ids), Date.now()];
    back();
    await delay(4_000);
    expect(await log(ids)).toEqual(before);
    expect(arena.site.effects().filter((effect) => ids.includes(effect.run) && effect.at > at)).toEqual([]);
    expect(arena.site.effects().some((effect) => ids.includes(effect.run) && effect.pid !== pid)).toBe(true);
    expect(await evidence(arena, ids)).toMatchObject(clean);
  };
  const worksUnder = async (pid: number, formerId: string) => {
    await until(async () => ![undefined, formerId].includes(await replicaOf(pid)));
    const again = await arena.start('walk', 0);
    await arena.ended([again]);
    expect(
      arena.site
        .effects()
        .filter(({ run }) => run === again)
        .every((effect) => effect.pid === pid),
    ).toBe(true);
    expect(arena.hubs.map((hub) => hub.deaths)).toEqual([[], []]);
  };

  test.each([
    ['and whose statement comes late', 'before'],
    ['and whose answer comes late', 'after'],
  ] as const)(
    'because it was stopped for 15 s in the middle of a flush %s writes nothing and begins nothing',
    async (_, point) => {
      const { hub, proxy } = arena.replica(0);
      const id = await replicaOf(hub.pid);
      const ids = await walking();
      let forward = (): void => undefined;
      await new Promise<void>((stopped) => {
        void proxy.trap(point, journal, async () => {
          hub.pause();
          stopped();
          // An answer lies in the socket of the stopped process; a statement lies in the network until the end.
          if (point === 'before') await new Promise<void>((go) => (forward = go));
          return 'forward';
        });
      });
      const until15s = delay(15_000);
      await unchangedAfter(ids, hub.pid, forward);
      const before = await log(ids);
      await until15s;
      await unchangedAfter(ids, hub.pid, () => hub.proceed());
      expect(await log(ids)).toEqual(before);
      await worksUnder(hub.pid, id);
    },
    patience,
  );

  test(
    'because its liveness could not be heard writes nothing, though its other connections work',
    async () => {
      const { hub, proxy } = arena.replica(0);
      const id = await replicaOf(hub.pid);
      const ids = await walking();
      let forward = (): void => undefined;
      proxy.cut((name) => name === 'commandcenter liveness');
      void proxy.trap('before', journal, async () => {
        await new Promise<void>((go) => (forward = go));
        return 'forward';
      });
      await unchangedAfter(ids, hub.pid, () => forward());
      proxy.heal();
      await worksUnder(hub.pid, id);
    },
    patience,
  );

  test(
    'because it was cut off for 12 s writes nothing, and works again when the network is whole',
    async () => {
      const { hub, proxy } = arena.replica(0);
      const id = await replicaOf(hub.pid);
      const ids = await walking();
      proxy.cut();
      await delay(12_000);
      await unchangedAfter(ids, hub.pid, () => proxy.heal());
      await worksUnder(hub.pid, id);
    },
    patience,
  );
});
