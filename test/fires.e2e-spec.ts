import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import { mostAtATime } from './crash/turns.js';

/** Of one test, on a machine that does other things too. */
const patience = 180_000;

describe('fires, on two replicas that are killed', () => {
  let arena: Arena;
  beforeAll(async () => {
    const slow = (ms: number) => `steps: { one: { uses: work.slow, with: { ms: ${ms} } } }\n`;
    arena = await Arena.open({
      workflows: {
        skipped: `on: { schedule: [{ cron: "* * * * * *", overlap: skip }] }\n${slow(2_500)}`,
        queued: `on: { schedule: [{ cron: "*/2 * * * * *", overlap: queue }] }\n${slow(1_200)}`,
        index: `on: { event: [{ type: item.changed, debounce: { key: "\${{ event.data.item }}", for: 3s } }] }\nsteps: { one: { uses: work.effect } }\n`,
      },
      engine: { sweep: '1s' },
    });
  }, patience);
  afterAll(() => arena.close());

  test.each(['skipped', 'queued'])(
    'those that may not overlap do not: they are %s',
    async (workflow) => {
      const ids = async (where: string) =>
        (await arena.query<{ id: string }>(`SELECT id FROM run WHERE workflow_id = $1 AND ${where}`, [workflow])).map(
          ({ id }) => id,
        );
      const gone = async (runs: number) => (await ids("status = 'succeeded'")).length >= runs;
      await until(() => gone(2), patience);
      await until(async () => (await ids('owner IS NOT NULL')).length > 0, patience);
      await Promise.all(arena.hubs.map((hub) => hub.kill())); // whichever of them drives it
      const before = (await ids("status = 'succeeded'")).length;
      await until(() => gone(before + 3), patience);
      const ended = await ids("status = 'succeeded'");
      expect(await evidence(arena, ended)).toMatchObject(clean);
      expect(await mostAtATime(arena, ended)).toBe(1);
      // What was skipped does not wait.
      if (workflow === 'skipped') expect(await ids("status = 'queued'")).toEqual([]);
    },
    patience,
  );

  test(
    'a burst of events starts one run, with the last event',
    async () => {
      for (let n = 0; n < 10; n++) {
        const event = { specversion: '1.0', id: `${n}`, source: '/shop', type: 'item.changed', data: { item: 'a', n } };
        expect((await arena.ask('POST', '/events', event, { first: n })).status).toBe(202);
      }
      await until(async () => (await arena.query('SELECT FROM event WHERE dispatched_at IS NULL')).length === 0);
      await Promise.all(arena.hubs.map((hub) => hub.kill()));
      const runs = () => arena.query<{ id: string }>("SELECT id FROM run WHERE workflow_id = 'index'");
      expect(await runs()).toEqual([]);
      await until(async () => (await runs()).length > 0, patience);
      const ids = (await runs()).map(({ id }) => id);
      await arena.ended(ids);
      expect(await evidence(arena, ids)).toMatchObject(clean);
      const [{ input }] = (await arena.query(
        "SELECT data::json -> 'input' AS input FROM run_event WHERE run_id = $1 AND type = 'RunCreated'",
        ids,
      )) as [{ input: unknown }];
      expect(input).toEqual({ item: 'a', n: 9 });
      expect(await runs()).toHaveLength(1);
      expect(await arena.query('SELECT FROM event_burst')).toEqual([]);
    },
    patience,
  );
});
