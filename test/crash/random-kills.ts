import { setTimeout as delay } from 'node:timers/promises';
import { type Arena, until } from './arena.js';
import type { PickUps } from './pick-ups.js';

/** kill -9 of one of two replicas while it holds runs, again and again; every tenth time of both within a second. */
export async function killAtRandom(arena: Arena, pickUps: PickUps, kills: number, random: () => number): Promise<void> {
  for (let n = 1; n <= kills; n++) {
    await delay(random() * 3_000);
    const first = random() < 0.5 ? 0 : 1;
    let victim = first;
    await until(async () => {
      for (const candidate of [first, 1 - first]) {
        const [hub, other] = [arena.hubs[candidate]!, arena.hubs[1 - candidate]!];
        // A pick-up in time needs something to pick up, and a replica that stands: a new one judges nobody yet.
        if (other.standing && (await pickUps.held(hub.pid)) > 0) return ((victim = candidate), true);
      }
      return false;
    }, 120_000); // a busy machine takes long to start a hub
    const both = n % 10 === 0;
    pickUps.killed(arena.hubs[victim]!.pid, both);
    const other = both && delay(random() * 1_000).then(() => arena.hubs[1 - victim]!.kill());
    await Promise.all([arena.hubs[victim]!.kill(), other]);
    await delay(2_500);
  }
}
