import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import type { Point, Statement } from './crash/pg-proxy.js';
import { mostAtATime, overtakers } from './crash/turns.js';

/** Of one test, on a machine that does other things too. */
const patience = 180_000;
const limit = 2;

const named = (name: string) => (statement: Statement) => statement.name === name;
const saying = (text: string) => (statement: Statement) => statement.text.includes(text);

describe('places of runs, on two replicas that are killed', () => {
  let arena: Arena;
  beforeAll(async () => {
    const line = `concurrency: { limit: ${limit} }\nsteps: { one: { uses: work.slow, with: { ms: 60 } } }\n`;
    arena = await Arena.open({ workflows: { line }, engine: { sweep: '1s' } });
  }, patience);
  afterEach(() => arena.proxies.forEach((proxy) => proxy.forgetTraps()));
  afterAll(() => arena.close());

  /** All were done and nothing twice, no more than may at a time; no place is left. `inLine`: those whose order is known, in it. */
  const survived = async (ids: readonly string[], inLine: readonly string[]) => {
    await arena.ended(ids, 120_000);
    expect(await evidence(arena, ids)).toMatchObject(clean);
    expect(await mostAtATime(arena, ids)).toBe(limit);
    expect(await overtakers(arena, inLine, limit)).toEqual([]);
    expect(await arena.query('SELECT FROM run_slot')).toEqual([]);
  };

  test(
    'no more go than may, none is lost, and the line goes on in its order',
    async () => {
      const ids = await arena.starts(60, 'line');
      const inLine = (await arena.query('SELECT run_id FROM run_slot ORDER BY seq')).map(({ run_id: id }) => id);
      expect(inLine.length).toBeGreaterThan(limit);
      const ended = () => arena.query('SELECT FROM run WHERE finished_at IS NOT NULL');
      await until(async () => (await ended()).length > 8, patience);
      await arena.hubs[0]!.kill(); // its supervisor starts another one
      await until(() => arena.hubs[0]!.standing, patience);
      await arena.hubs[1]!.kill();
      await survived(ids, inLine);
    },
    patience,
  );

  test.each<[string, Point, (statement: Statement) => boolean]>([
    ['before a start takes its place', 'before', saying('INSERT INTO run_slot')],
    ['after a start took its place, before the commit', 'after', saying('INSERT INTO run_slot')],
    ['before an end gives the place back', 'before', named('journal-linked')],
    ['after an end gave the place back', 'after', named('journal-linked')],
    ['before the next one is promoted', 'before', saying('row_number() OVER (ORDER BY seq)')],
    ['after the next one is promoted, before its hint', 'after', saying('row_number() OVER (ORDER BY seq)')],
  ])(
    'kill -9 %s',
    async (_, point, matches) => {
      const { hub, proxy } = arena.replica(0);
      const deaths = hub.deaths.length;
      const killed = proxy.trap(point, matches, async () => {
        await hub.kill();
        return 'drop';
      });
      // One after the other: they stand in line as they were started, whoever had to ask twice.
      const ids: string[] = [];
      for (let n = 0; n < 6; n++) ids.push(await arena.start('line', 0));
      await killed;
      expect(hub.deaths.length).toBe(deaths + 1);
      await survived(ids, ids);
    },
    patience,
  );
});
