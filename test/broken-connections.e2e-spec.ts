import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import type { Point } from './crash/pg-proxy.js';
import { chain } from './crash/site.js';

const patience = 60_000;
const workflows = {
  short: chain(['uses: work.effect', 'uses: work.slow, with: { ms: 30 }', 'uses: work.emit', 'uses: work.effect']),
  resting: chain([
    'uses: work.fail, with: { times: 1 }, retry: { attempts: 3, delay: 1s, jitter: false }',
    'uses: work.effect',
  ]),
  endless: chain(['uses: work.slow, with: { ms: 100000 }']),
};

/** The hub lives on and does not know whether its statement took effect. */
describe('a connection that breaks at a named point', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open({ hubs: 1, workflows, engine: { holdTimers: '300ms', sweep: '1s', abortGrace: '500ms' } });
  }, patience);
  afterEach(() => arena.proxies.forEach((proxy) => proxy.forgetTraps()));
  afterAll(() => arena.close());

  const points: readonly Point[] = ['before', 'after'];
  const cases = [
    ['start', 'short'],
    ['journal', 'short'],
    ['journal-emit', 'short'],
    ['release', 'resting'],
    ['acquire', 'resting'],
    ['log', 'resting'],
    ['inbox', 'resting'],
    ['journal-inbox', 'endless'],
  ] as const;
  test.each(points.flatMap((point) => cases.map(([name, workflow]) => [point, name, workflow] as const)))(
    '%s the statement %s',
    async (point, name, workflow) => {
      const broken = arena.proxies[0]!.trap(
        point,
        (statement) => statement.name === name,
        async () => 'drop',
      );
      const id = await arena.start(workflow);
      if (workflow === 'endless') {
        await until(() => arena.site.effects().some(({ run }) => run === id));
        expect(await arena.hubs[0]!.call('POST', `/runs/${id}/cancel`, {})).toMatchObject({ status: 202 });
      }
      await broken;
      await arena.ended([id], 15_000);
      expect(await evidence(arena, [id], [workflow === 'endless' ? 'cancelled' : 'succeeded'])).toMatchObject(clean);
      // It never died, so nobody may have been suspected, and a start whose answer was lost was not made twice.
      expect(await arena.query('SELECT FROM run WHERE id >= $1', [id])).toHaveLength(1);
      expect(await arena.query("SELECT FROM run_event WHERE type = 'RunTakenOver'")).toEqual([]);
      expect(await arena.query('SELECT FROM event WHERE subject = $1', [id])).toHaveLength(
        workflow === 'short' ? 1 : 0,
      );
      expect(arena.hubs[0]!.deaths).toEqual([]);
    },
    patience,
  );

  test('is judged by evidence that tells of a step that ran again, and of a row that is gone', async () => {
    const id = await arena.start('short');
    await arena.ended([id]);
    expect(await evidence(arena, [id])).toMatchObject(clean);
    arena.site.pretend({ run: id, step: 's0', attempt: 1, pid: 1, at: Date.now() });
    await arena.query("DELETE FROM run_event WHERE run_id = $1 AND data LIKE '%s3%'", [id]);
    expect(await evidence(arena, [id])).toMatchObject({ ...clean, repeated: [`${id}/s0`], torn: [id] });
  });
});
