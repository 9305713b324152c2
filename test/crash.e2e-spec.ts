import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import type { Point, Statement } from './crash/pg-proxy.js';
import { chain } from './crash/site.js';

const short = ['uses: work.effect', 'uses: work.slow, with: { ms: 30 }', 'uses: work.emit', 'uses: work.effect'];
const workflows = {
  short: chain(short),
  // Its retry is due later than a run stays in memory for, so the run is given back.
  resting: chain([
    'uses: work.effect',
    'uses: work.fail, with: { times: 1 }, retry: { attempts: 3, delay: 2500ms, jitter: false }',
    'uses: work.effect',
  ]),
  wide: `steps:\n${['a', 'b', 'c'].map((id) => `  ${id}: { uses: work.slow, with: { ms: 1000 } }\n`).join('')}  end: { uses: work.effect, needs: [a, b, c] }\n`,
  endless: chain(['uses: work.effect', 'uses: work.slow, with: { ms: 100000 }']),
};

/** Of one test, on a machine that does other things too. */
const patience = 120_000;

const named = (name: string) => (statement: Statement) => statement.name === name;
const saying = (text: string) => (statement: Statement) => statement.text.includes(text);

describe('kill -9 at a named point', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open({ hubs: 3, workflows, engine: { holdTimers: '500ms', abortGrace: '500ms' } });
  }, patience);
  afterEach(() => arena.proxies.forEach((proxy) => proxy.forgetTraps()));
  afterAll(() => arena.close());

  /** The replica is killed there, at the first statement that matches. */
  const deadly = (n: number, point: Point, matches: (statement: Statement) => boolean) => {
    const { hub, proxy } = arena.replica(n);
    return proxy.trap(point, matches, async () => {
      for (const other of arena.proxies) other.forgetTraps();
      await hub.kill();
      return 'drop';
    });
  };
  const effectOf = (run: string, step: string) =>
    arena.site.effects().some((effect) => effect.run === run && effect.step === step);
  const survived = async (ids: string[], status = 'succeeded') => {
    await arena.ended(ids);
    expect(await evidence(arena, ids, [status])).toMatchObject(clean);
  };

  test.each<[string, keyof typeof workflows, Point, (statement: Statement) => boolean]>([
    ['a start before it is written', 'short', 'before', named('start')],
    ['a start written, not acknowledged', 'short', 'after', named('start')],
    ['before a flush', 'short', 'before', named('journal')],
    ['after a flush, before its acknowledgement', 'short', 'after', named('journal')],
    ['before a flush with an emitted event', 'short', 'before', named('journal-emit')],
    ['after a flush with an emitted event', 'short', 'after', named('journal-emit')],
    ['before a release', 'resting', 'before', named('release')],
    ['after a release, before its hint', 'resting', 'after', named('release')],
  ])(
    '%s',
    async (_, workflow, point, matches) => {
      const killed = deadly(0, point, matches);
      const id = await arena.start(workflow, 0);
      await killed;
      await survived([id]);
      const emitted = await arena.query('SELECT FROM event WHERE subject = $1', [id]);
      expect(emitted).toHaveLength(workflow === 'short' ? 1 : 0);
      const runs = await arena.query('SELECT FROM run WHERE id >= $1', [id]);
      expect(runs).toHaveLength(1);
    },
    patience,
  );

  test.each<[string, Point, (statement: Statement) => boolean]>([
    ['before the take-over is written', 'before', saying('force_unlock_workers')],
    ['after the take-over, before its acknowledgement', 'after', saying('force_unlock_workers')],
    ['before the run is leased', 'before', named('acquire')],
    ['after the run is leased, before its log is read', 'before', named('log')],
    ['between take-over and first write', 'before', named('journal')],
    ['before a suspect is noted', 'before', named('solo')],
    ['after a suspect is noted, before it is driven', 'after', named('solo')],
  ])(
    'the replica that takes over: %s',
    async (_, point, matches) => {
      const id = await arena.start('wide', 0);
      await until(() => ['a', 'b', 'c'].every((step) => effectOf(id, step)));
      // Whichever is first: the one that died is back in two or three seconds and may take its run itself.
      const killed = Promise.race([deadly(1, point, matches), deadly(2, point, matches)]);
      await arena.hubs[0]!.kill();
      await Promise.race([killed, deadly(0, point, matches)]);
      await survived([id]);
    },
    patience,
  );

  test.each<[string, Point]>([
    ['before a cancel is consumed', 'before'],
    ['after a cancel is consumed', 'after'],
  ])(
    '%s',
    async (_, point) => {
      const id = await arena.start('endless', 0);
      await until(() => effectOf(id, 's1'));
      const killed = deadly(0, point, named('journal-inbox'));
      expect((await arena.hubs[1]!.call('POST', `/runs/${id}/cancel`, {})).status).toBe(202);
      await killed;
      await survived([id], 'cancelled');
    },
    patience,
  );

  test(
    'while a replica gives back everything at its end',
    async () => {
      const ids = await Promise.all([arena.start('wide', 0), arena.start('wide', 0)]);
      const killed = deadly(
        0,
        'before',
        (statement) => statement.name === 'release' || statement.name === 'release-everything',
      );
      await until(() => effectOf(ids[1]!, 'c'));
      await arena.hubs[0]!.kill('SIGTERM');
      await killed;
      await survived(ids);
    },
    patience,
  );
});
