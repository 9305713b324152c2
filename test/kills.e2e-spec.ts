import { Arena } from './crash/arena.js';
import { clean, evidence } from './crash/evidence.js';
import { PickUps, spread } from './crash/pick-ups.js';
import { killAtRandom } from './crash/random-kills.js';
import { seededRandom } from './crash/seeded-random.js';
import { lanes } from './crash/site.js';

// The suite's version is short; `npm run crash:long` makes 200 kills.
const kills = Number(process.env['CC_CRASH_KILLS'] ?? 15);
const seed = Number(process.env['CC_CRASH_SEED'] ?? 2026);
const inFlight = 12;

test(
  `${kills} random kills (seed ${seed}) over two replicas, ${inFlight} runs of 200 steps in flight`,
  async () => {
    const arena = await Arena.open({ workflows: { many: lanes(4, 50, 'uses: work.slow, with: { ms: 15 }') } });
    try {
      const pickUps = new PickUps(arena);
      const random = seededRandom(seed);
      const accepted: string[] = [];
      let going = true;
      const client = async (n: number) => {
        while (going) {
          const id = await arena.start('many', n);
          accepted.push(id);
          await arena.ended([id], 120_000);
        }
      };
      const clients = Promise.all(Array.from({ length: inFlight }, (_, n) => client(n)));
      await killAtRandom(arena, pickUps, kills, random);
      going = false;
      await clients;
      const found = await evidence(arena, accepted);
      const { one, both } = await pickUps.waits();
      process.stdout.write(
        `${[
          `kills ${kills}, seed ${seed}`,
          `runs ${found.runs}, lost ${found.lost.length}`,
          `steps done ${found.runs * 200}, effects ${found.effects}, missing ${found.missing.length}, journaled steps repeated ${found.repeated.length}`,
          `convictions ${found.convicted.length}`,
          `kill to pick-up, ms: ${spread(one)}`,
          `the same where both replicas were killed within a second: ${spread(both)}`,
        ].join('\n')}\n`,
      );
      expect(found).toMatchObject(clean);
      expect(found.runs).toBeGreaterThanOrEqual(inFlight);
      expect(one.length).toBeGreaterThan(0);
    } finally {
      await arena.close();
    }
  },
  120_000 + kills * 20_000,
);
