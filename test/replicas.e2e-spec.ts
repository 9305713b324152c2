import { setTimeout as delay } from 'node:timers/promises';
import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import { chain } from './crash/site.js';

const patience = 120_000;

test(
  '100 schedules that fire every second for 10 s on two replicas start 1,000 runs',
  async () => {
    const tick = `on: { schedule: [{ cron: "* * * * * *" }] }\nsteps: { one: { uses: work.effect } }\n`;
    const workflows = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`tick-${n}`, tick]));
    const arena = await Arena.open({ workflows });
    try {
      const from = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
      await until(() => Date.now() > from + 12_000);
      const rows = await arena.query<{ fire: string; runs: string; workflows: string }>(
        `SELECT data::json -> 'trigger' ->> 'scheduledFor' AS fire, count(*) AS runs, count(DISTINCT data::json ->> 'workflow') AS workflows
       FROM run_event WHERE type = 'RunCreated' GROUP BY 1 ORDER BY 1`,
      );
      const window = rows.filter(({ fire }) => Date.parse(fire) >= from && Date.parse(fire) < from + 10_000);
      expect(window.map(({ runs, workflows }) => [Number(runs), Number(workflows)])).toEqual(
        Array(10).fill([100, 100]),
      );
    } finally {
      await arena.close();
    }
  },
  patience,
);

describe('two replicas under load', () => {
  let arena: Arena;
  beforeAll(async () => {
    const step = 'uses: work.slow, with: { ms: 80 }';
    const workflows = {
      load: chain(Array.from({ length: 15 }, () => step)),
      busy: chain(['uses: work.block, with: { ms: 10000 }']),
    };
    arena = await Arena.open({ workflows });
    await until(() => arena.hubs.every((hub) => hub.standing), patience);
  }, patience);
  afterAll(() => arena.close());

  test(
    'an agent that blocks the event loop for 10 s does not get its replica declared dead',
    async () => {
      const before = await arena.query('SELECT id, pid FROM replica ORDER BY id');
      const beside = await arena.starts(20, 'load', 0);
      const busy = await arena.start('busy', 0);
      await arena.ended([busy, ...beside]);
      expect(await evidence(arena, [busy, ...beside])).toMatchObject(clean);
      expect(await arena.query("SELECT run_id FROM run_event WHERE type = 'RunTakenOver'")).toEqual([]);
      expect(await arena.query('SELECT id, pid FROM replica ORDER BY id')).toEqual(before);
    },
    patience,
  );

  test(
    'SIGTERM under load: what has begun ends, the other replica goes on at once, exit 0',
    async () => {
      const hub = arena.hubs[0]!;
      const { pid } = hub;
      const ids = await arena.starts(60, 'load', 0);
      await delay(400);
      await hub.kill('SIGTERM');
      expect(hub.deaths).toMatchObject([{ code: 0 }]);
      await arena.ended(ids);
      expect(await evidence(arena, ids)).toMatchObject(clean);
      expect(await arena.query("SELECT run_id FROM run_event WHERE type = 'RunTakenOver'")).toEqual([]);
      const handed = ids.flatMap((id) => {
        const steps = arena.site.effects().filter(({ run }) => run === id);
        const next = steps.findIndex((effect, n) => n > 0 && steps[n - 1]!.pid === pid && effect.pid !== pid);
        return next < 0 ? [] : [steps[next]!.at - steps[next - 1]!.at];
      });
      expect(handed.length).toBeGreaterThan(10);
      expect(Math.max(...handed)).toBeLessThan(2_500);
      // Each step ran once: a drained replica leaves no suspects.
      expect(arena.site.effects().filter(({ run }) => ids.includes(run))).toHaveLength(ids.length * 15);
    },
    patience,
  );
});
