import { setTimeout as delay } from 'node:timers/promises';

/** Looks every 20 ms; fails after 40 s with what it was waiting for. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 40_000; waited += 20) {
    if (await condition()) return;
    await delay(20);
  }
  throw new Error(`waited 40 s for ${what}`);
}
