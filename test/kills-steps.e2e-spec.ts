import { Arena, until } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import { items, journeys, Travellers } from './crash/journey.js';
import { journeyEvidence, leftBehind, nothing } from './crash/journey-evidence.js';
import { PickUps, spread } from './crash/pick-ups.js';
import { killAtRandom } from './crash/random-kills.js';
import { seededRandom } from './crash/seeded-random.js';

// The suite's version is short; `npm run crash:long` makes as many as it is told.
const kills = Number(process.env['CC_CRASH_KILLS'] ?? 6);
const seed = Number(process.env['CC_CRASH_SEED'] ?? 2026);
const travellers = 8;

const counts = `
  SELECT count(*) FILTER (WHERE workflow_id = 'journey')::int AS journeys, count(*) FILTER (WHERE workflow_id = 'part')::int AS children,
    count(*) FILTER (WHERE status = 'cancelled')::int AS cancelled,
    (SELECT count(*)::int FROM run_event WHERE type = 'EventReceived') AS events,
    (SELECT count(*)::int FROM run_event WHERE type = 'StepSucceeded') AS steps,
    (SELECT count(*)::int FROM run_event WHERE type = 'StepRetryScheduled') AS retries,
    (SELECT json_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM approval GROUP BY status) a) AS approvals
  FROM run`;

test(
  `${kills} random kills (seed ${seed}) over two replicas, ${travellers} runs of every kind of step in flight`,
  async () => {
    const arena = await Arena.open({ workflows: journeys, engine: { holdTimers: '500ms' } });
    try {
      const pickUps = new PickUps(arena);
      const people = new Travellers(arena, seededRandom(seed + 1));
      const killing = killAtRandom(arena, pickUps, kills, seededRandom(seed)).then(() => (people.going = false));
      await Promise.all([killing, people.decide(), ...Array.from({ length: travellers }, (_, n) => people.travel(n))]);
      const all = (await arena.query<{ id: string }>('SELECT id FROM run')).map(({ id }) => id);
      await arena.ended(all, 60_000); // children that went their own way
      // What nobody tidied up: places and approvals once a minute, waits when a replica starts.
      if ((await leftBehind(arena)) > 0) await arena.hubs[0]!.kill();
      await until(async () => (await leftBehind(arena)) === 0, 130_000).catch(() => undefined);

      const found = await evidence(arena, [...new Set([...all, ...people.accepted])], ['succeeded', 'cancelled']);
      const journey = await journeyEvidence(arena, people.decided);
      const [count] = await arena.query(counts);
      const { one, both } = await pickUps.waits();
      process.stdout.write(
        `${[
          `kills ${kills}, seed ${seed}`,
          `runs ${found.runs} (journeys ${count.journeys}, children ${count.children}, cancelled ${count.cancelled}), lost ${found.lost.length}`,
          `steps and items done ${count.steps}, retries ${count.retries}, effects ${found.effects}, missing ${found.missing.length}, journaled ones repeated ${found.repeated.length}`,
          `events received ${count.events}, wrong ${journey.events.length}; children wrong ${journey.children.length}; finally wrong ${journey.tidied.length}`,
          `approvals ${JSON.stringify(count.approvals)}, ${people.decided.size} decided over the API, wrong ${journey.approvals.length}`,
          `left behind ${JSON.stringify(journey.leftBehind)}, convictions ${found.convicted.length}`,
          `kill to pick-up, ms: ${spread(one)}`,
          `the same where both replicas were killed within a second: ${spread(both)}`,
        ].join('\n')}\n`,
      );
      expect({ ...found, ...journey }).toMatchObject({ ...clean, ...nothing });
      // Cancelled is only what somebody asked to be, or was part of it.
      const ended = await arena.query<{ id: string }>(
        `SELECT id FROM run WHERE workflow_id = 'journey' AND status = 'cancelled'`,
      );
      expect(ended.filter(({ id }) => !people.cancelled.has(id))).toEqual([]);
      // Nothing that could have gone wrong was left out.
      expect(count.journeys).toBeGreaterThanOrEqual(travellers);
      expect(count.steps).toBeGreaterThan(count.journeys * items * 0.5);
      for (const much of [count.children, count.events, count.retries, people.decided.size, one.length]) {
        expect(much).toBeGreaterThan(0);
      }
    } finally {
      await arena.close();
    }
  },
  600_000 + kills * 30_000,
);
